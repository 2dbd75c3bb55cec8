"""Tables of papers in LaTeX: what cells print, which of them are heads, captions, files and macros of a project."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.model import Document, Table
from kg.sources import each, read

PAPER = "\\documentclass{article}\\title{Fast Foxes}\n%s\\begin{document}\n%s\n\\end{document}"
ROWS = r"\begin{tabular}{lcc} Method & PPL & Acc \\ \midrule FoxCache & 5.5 & 71.0 \\ \end{tabular}"


@pytest.fixture
def paper(tmp_path: Path) -> Callable[..., Document]:
    """Writes a project with a main file, and reads its paper whole."""

    def made(body: str, preamble: str = "", main: str = "main.tex", **files: str) -> Document:
        for name, text in {main: PAPER % (preamble, body), **files}.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, "utf-8")
        (document,) = read(tmp_path / main, is_whole=True).documents
        return document

    return made


def texts(table: Table) -> list[list[str]]:
    rows: dict[int, list[str]] = {}
    for cell in table.cells:
        rows.setdefault(cell.row, []).append(cell.text)
    return [rows[row] for row in sorted(rows)]


def heads(table: Table) -> list[str]:
    return [cell.text for cell in table.cells if cell.head]


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        (r"W2 $\downarrow$", "W2 ↓"),
        (r"$84.3 \pm 0.2$", "84.3 ±0.2"),
        (r"$71.2_{\pm 0.3}$", "71.2±0.3"),
        (r"71.2{\scriptsize 0.3}", "71.2 0.3"),
        (r"$2.1\times10^{3}$", "2.1×10^3"),
        (r"10\textsuperscript{6} H\textsubscript{2}O, 1\textsuperscript{st}", "10^6 H2O, 1st"),
        (r"$\alpha$-Fox$^\dagger$", "α-Fox†"),
        (r"$\mathrm{d}_{model}$ $\frac{a}{b}$", "d_model a/b"),
        (r"$\textbf{\fontsize{8}{8}\selectfont ARC}_C$", "ARC_C"),
        (r"\cmark\ \ding{55}", "✓ ✗"),
        (r"\texorpdfstring{$K_v$}{Kv}\space cache", "Kv cache"),
        (r"\makecell[l]{Time\\(ms)}", "Time (ms)"),
        (r"\thead{Peak\\memory}", "Peak memory"),
        (r"\shortstack{A\\B}", "A B"),
        (r"\rotatebox[origin=c]{90}{\textbf{Speed}}", "Speed"),
        (r"\resizebox{1cm}{!}{\underline{Fox}}", "Fox"),
        (r"\cellcolor[HTML]{FF0000}\textcolor{red}{5.5}", "5.5"),
        (r"\diagbox{Bits}{Model}", "Bits / Model"),
        (r"Fox\tnote{a}", "Fox^a"),
        (r"\ours{} 8B", "FoxCache 8B"),
        (r"\ours-8B", "FoxCache-8B"),
        (r"\wins{7.1}", "7.1 (best)"),
        (r"\both{a}{b}", "a/b"),
        (r"5\\%[2pt]", "5"),
        (r"Fox\^{}\!\rule{0pt}{2ex}", "Fox^"),
    ],
)
def test_cell_prints_as_plain_characters(paper: Callable[..., Document], written: str, printed: str):
    preamble = r"""\newcommand{\ours}{FoxCache\@\xspace} \newcommand{\wins}[1]{\textbf{#1} (best)}
        \NewDocumentCommand{\both}{m m}{#1/#2}"""
    (table,) = paper(
        f"\\begin{{tabular}}{{lc}} a & b \\\\ \\midrule x & {written}\n\\\\ \\end{{tabular}}", preamble
    ).tables
    assert texts(table)[-1] == ["x", printed]


def test_citation_in_a_cell_has_its_number(paper: Callable[..., Document]):
    document = paper(
        r"\begin{tabular}{lc} a & b \\ \hline \multirow{1}{*}{GPTQ~\cite{lee}} & 1 \\ \end{tabular}"
        r"\begin{thebibliography}{9}\bibitem{lee} B. Lee. Slow foxes. 2023.\end{thebibliography}"
    )
    assert texts(document.tables[0])[-1] == ["GPTQ [1]", "1"]


def test_heads_are_the_rows_above_the_rule_and_the_stub(paper: Callable[..., Document]):
    (table,) = paper(r"""\begin{tabular}{llcc} \toprule
        \multirow{2}{*}{Model} & & \multicolumn{2}{c}{Budget} \\ \cmidrule{3-4} & Method & 128 & 256 \\ \midrule
        \multirow{-1}{*}{8B} & H2O & 5.1 & 5.2 \\ \multirow{2}{*}{70B} & H2O & 4.1 & 4.2 \\ & Ours & 4.0 & OOM \\
        \bottomrule \end{tabular}""").tables
    assert heads(table) == ["Model", "", "Budget", "Method", "128", "256", "8B", "H2O", "70B", "H2O", "Ours"]


def test_label_at_the_end_of_its_rows_begins_where_they_do(paper: Callable[..., Document]):
    (table,) = paper(r"""\begin{tabular}{llc} Model & Method & PPL \\ \midrule
        & H2O & 5.1 \\ \multirow{-2}{*}{8B} & Ours & 5.2 \\ \end{tabular}""").tables
    assert [(cell.row, cell.rowspan) for cell in table.cells if not cell.column] == [(0, 1), (1, 2)]


def test_head_that_is_printed_again_is_a_head(paper: Callable[..., Document]):
    (table,) = paper(r"""\begin{tabular}{lcc} Mix & MMLU & GSM \\ Web & 59.8 & 28.5 \\ Math & 60.1 & 63.5 \\ \midrule
        Mix & MMLU & GSM \\ Code & 58.8 & 27.5 \\ Web & 59 & 28 \\ \midrule
        Size & BBH & ARC \\ \midrule 7B & 1.5 & 2.5 \\ 8B & 1.5 & 2.6 \\ \end{tabular}""").tables
    assert [row[0] for row in texts(table) if row[1] in heads(table)] == ["Mix", "Mix", "Size"]


def test_captions_below_tables_that_stand_side_by_side(paper: Callable[..., Document]):
    document = paper(
        rf"""\begin{{figure}} \begin{{minipage}}{{5cm}} \includegraphics{{a}} \caption{{A fox.}} \end{{minipage}}
        \begin{{minipage}}{{5cm}} {ROWS} \captionof{{table}}{{Fast ones.}} \end{{minipage}} \end{{figure}}
        \begin{{table}} \begin{{minipage}}{{5cm}} {ROWS} \caption{{Slow ones.}} \end{{minipage}}
        \begin{{minipage}}{{5cm}} {ROWS} \caption{{Old ones.}} \end{{minipage}} \end{{table}}
        \begin{{center}} {ROWS} \captionof{{table}}{{Rare ones.}} \end{{center}}
        \begin{{wraptable}}{{r}}{{5cm}} \caption{{Red ones.}} {ROWS} \end{{wraptable}}"""
    )
    captions = {part.id.partition("/")[0]: part.text.text for part in document.parts if part.kind == "caption"}
    assert [captions[table.id] for table in document.tables] == [
        "Table 1: Fast ones.",
        "Table 2: Slow ones.",
        "Table 3: Old ones.",
        "Table 4: Rare ones.",
        "Table 5: Red ones.",
    ]
    assert {part.kind for part in document.parts} == {"caption"}


def test_files_are_found_from_the_main_file_and_from_their_own_folder(paper: Callable[..., Document]):
    document = paper(
        r"\input sections/one" "\n" r"\subfileinclude{two}\import{parts/}{three}\input{fox/tables/v1.5}",
        main="fox/main.tex",
        **{
            "fox/sections/one.tex": r"\section{One}\input{inner} \input{sections/also}",
            "fox/sections/inner.tex": "Inner.",
            "fox/sections/also.tex": "Also.",
            "fox/two.tex": PAPER % (r"\usepackage{x}", r"\section{Two}"),
            "fox/parts/three.tex": r"\section{Three}\input{four}",
            "fox/parts/four.tex": "Four.",
            "fox/tables/v1.5.tex": ROWS,
        },
    )
    assert [part.text.text for part in document.parts] == ["One", "Inner. Also.", "Two", "Three", "Four."]
    assert len(document.tables) == 1


def test_a_name_does_not_lead_out_of_the_project(paper: Callable[..., Document]):
    document = paper(
        r"One.\input{../secret}\input{other/secret}\input{/etc/passwd}",
        main="fox/main.tex",
        **{"secret.tex": "Secret.", "other/secret.tex": "Secret."},
    )
    assert [part.text.text for part in document.parts] == ["One."]


def test_files_of_an_archive_are_found_from_each_folder_above(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "fox.zip", "w") as archive:
        archive.writestr(
            "a/src/main.tex", PAPER % (r"\usepackage{names}", r"\ours.\input{../tables/x}\input{a/tables/y}")
        )
        archive.writestr("a/tables/x.tex", ROWS)
        archive.writestr("a/tables/y.tex", ROWS)
        archive.writestr("a/src/names.sty", r"\newcommand{\ours}{FoxCache}")
    (document,) = (one for held in each([tmp_path / "fox.zip"]) for one in read(held, is_whole=True).documents)
    assert len(document.tables) == 2
    assert document.parts[0].text.text == "FoxCache."


def test_macros_of_a_style_beside_are_those_that_print(paper: Callable[..., Document]):
    style = (
        r"\newcommand{\ours}{FoxCache\xspace}\renewcommand{\caption}[1]{\small #1}\def\fox@x{a}\newcommand{\y}{\fox@x}"
    )
    document = paper(
        r"\begin{abstract}\ours wins.\end{abstract}\begin{table}\caption{On \ours.}" + ROWS + r"\end{table}",
        r"\usepackage[a]{fox, amsmath}",
        **{"fox.sty": style},
    )
    assert document.texts["A"].text == "FoxCache wins."
    assert [part.text.text for part in document.parts if part.kind == "caption"] == ["Table 1: On FoxCache."]


def test_parts_of_a_table_have_a_title_and_heads_of_their_own(paper: Callable[..., Document]):
    (table,) = paper(r"""\begin{tabular}{lcc} \toprule \multicolumn{3}{l}{Panel A} \\ \midrule
        Path & 4K & 8K \\ \midrule FP16 & 42.3 & 42.8 \\ INT4 & 68.2 & \textcolor{red}{-1.9} \\ \midrule
        \multicolumn{3}{l}{Panel B} \\ \midrule
        Model & Slow & Fast \\ \midrule Qwen & 1.7 & 4.2 \\
        Llama & 1.8 & 4.3 \\ \bottomrule \end{tabular}""").tables
    assert [row[0] for row in texts(table) if row[-1] in heads(table)] == ["Panel A", "Path", "Panel B", "Model"]


def test_a_grid_of_pictures_in_a_figure_is_no_table(paper: Callable[..., Document]):
    picture = r"\includegraphics{a}"
    pictures = rf"\begin{{tabular}}{{cc}} {picture} & {picture} \\ a fox & {picture} \\ \end{{tabular}}"
    document = paper(rf"\begin{{figure}} {pictures} \caption{{Foxes.}} \end{{figure}}")
    assert not document.tables
    assert [part.text.text for part in document.parts] == ["Figure 1: Foxes."]
