"""Two small papers with tables: heads of two levels, bold, columns of one head, text that looks like markup."""

from __future__ import annotations

from pathlib import Path

import kg

_PAPER = r"""\documentclass{article}
\title{%s}
\begin{document}
\maketitle
\begin{abstract}
%s
\end{abstract}
\section{Experiments}
We evaluate on HumanEval and MMLU with Llama-3-8B and Qwen2.5-7B on NVIDIA H100.
%s
\end{document}
"""
_FIRST = r"""\begin{table}
\caption{Accuracy of pruned models <script>alert(1)</script> with 4-bit weights, 5-shot.}
\begin{tabular}{lcccc}
\toprule
& \multicolumn{2}{c}{Llama-3-8B} & \multicolumn{2}{c}{Qwen2.5-7B} \\
Method & MMLU & HumanEval (pass@1) & MMLU & HumanEval (pass@1) \\
\midrule
Dense & 65.2 & 41.25 & 71.9 & 57.9 \\
GPTQ & 60.1 & 30.5 & 68.0 & 50.6 \\
GateCut (ours) & \textbf{64.8} & \textbf{40.9} & \textbf{71.0} & 56.7 \\
\bottomrule
\end{tabular}
\end{table}
\begin{table}
\caption{Speed of R\&D\_x at 50\% on NVIDIA H100.}
\begin{tabular}{lcc}
\toprule
System & Rate & Rate \\
\midrule
=cmd|' /C calc' & 10.5 & 11.5 \\
{[}a{]} *b* & 12.5 & 13.5 \\
\bottomrule
\end{tabular}
\end{table}"""
_SECOND = r"""\begin{table}
\caption{Results on HumanEval (pass@1), 0-shot.}
\begin{tabular}{lcc}
\toprule
Method & pass@1 & Params \\
\midrule
Dense Llama-3-8B & 41.25 & 8B \\
EdgeTrim & 39.0 & 6B \\
\bottomrule
\end{tabular}
\end{table}
\begin{table}
\caption{Two kinds of pruning.}
\begin{tabular}{lcc}
\toprule
Method & AIME24 & MT-AIME24 \\
\midrule
Gates \\
Thinned & 50.5 & 40.5 \\
Edges \\
Thinned & 51.5 & 41.5 \\
\bottomrule
\end{tabular}
\end{table}"""


def graph_of_tables(folder: Path) -> Path:
    """A graph of the two papers, "gatecut" and "edgetrim", in a folder."""
    texts = {
        "gatecut": ("GateCut: Pruning Gates of Language Models", "We propose GateCut, which prunes gates.", _FIRST),
        "edgetrim": ("EdgeTrim: Trimming Edges of Language Models", "We propose EdgeTrim, which trims edges.", _SECOND),
    }
    for name, parts in texts.items():
        (folder / f"{name}.tex").write_text(_PAPER % parts)
    place = folder / "tables.kg"
    with kg.open(place, create=True) as graph:
        graph.add(*(folder / f"{name}.tex" for name in texts), fast=True)
    return place
