"""Results of an answer that their own sentences do not bear out are shown as not sure."""

from __future__ import annotations

import json
from pathlib import Path

import kg
from kg.views.answers import render

from .telling import record_of


def test_a_ranking_marks_what_no_sentence_could_tell(tmp_path: Path) -> None:
    said = {
        "Zorvex": "We present Zorvex for pruning. Zorvex achieves a 41% speedup.",
        "Quandle": "We present Quandle for pruning, beside Zorvex. Quandle achieves an additional 52% speedup.",
    }
    papers, records = tmp_path / "papers.jsonl", tmp_path / "records.jsonl"
    texts = (
        {"id": f"p{n}", "title": f"{name}: a paper", "abstract": text} for n, (name, text) in enumerate(said.items())
    )
    papers.write_text("".join(json.dumps(one) + "\n" for one in texts))
    with kg.open(str(tmp_path / "p.kg"), create=True) as graph:
        graph.add(papers, fast=True)
        made = [
            record_of(entry, name, text, "", text[-12:-1])
            for entry, (name, text) in zip(graph.entries(), said.items(), strict=True)
        ]
        records.write_text("".join(json.dumps(record) + "\n" for record in made))
        graph.add(records=records)
        answer = graph.ask("highest speedup of pruning")
        assert answer.table is not None
        sure = {line.papers[0]: [quote.sure for quote in line.evidence] for line in answer.table.lines}
        assert sure == dict(zip(graph.entries(), ([True], [False]), strict=True))
        assert [quote.sure for row in answer.rows for quote in row.evidence].count(False) == 1
        assert render(answer, "md").count("(not sure)") == 1
        assert all(quote.sure for row in graph.ask("pruning papers").rows for quote in row.evidence)
