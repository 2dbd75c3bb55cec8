"""kg explain-merge: explain why two names are or are not the same concept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from kg.build.suspicions import judged
from kg.cli.core import HERE, Location, Output, choose, note, reading, write
from kg.safe_output import json_text
from kg.store.place import may_be_there

if TYPE_CHECKING:
    from kg.query.identity import Explanation, Step

FORMS = ("text", "json")


def command(
    one: Annotated[str, typer.Argument(help='A name, as papers say it or as `kg show` does ("KD"); a paper.')],
    other: Annotated[str, typer.Argument(help='Another name ("knowledge distillation").')],
    graph: Location = HERE,
    format: Annotated[str | None, typer.Option("--format", "-f", help=f"One of {', '.join(FORMS)}.")] = None,
    output: Output = None,
) -> None:
    """Explain why two names are the same concept, or why not: what each means in the graph's papers and the vocabulary.

    Of two papers (entries as 002-22, or paper:...) it names the rule by which they are one or two.

    Errors can be corrected by hand: a file beside the graph (papers.overrides.ttl for papers.kg) merges, splits or
    forbids names (`technique:lora kg:merges "low-rank tuning" .`; see ontology/overrides.ttl). The next command that
    opens the graph links the stored records again; no paper is read again.
    """
    form = choose(format, output, FORMS, "text")
    if may_be_there(graph):
        with reading(graph) as opened:
            if papers := judged(opened.store, one, other):
                plain = f"{one!r} and {other!r} are {'one paper' if papers.is_one else 'two papers'}."
                lines = [plain, *(f"  {rule}." for rule in papers.rules)]
                whole = {"same": papers.is_one, "why": list(papers.rules)}
                write(json_text(whole) if form == "json" else "\n".join(lines) + "\n", output)
                return
            said = opened.explain_merge(one, other)
    else:
        from kg.link.linker import Linker
        from kg.link.overrides import Overrides
        from kg.query.identity import explain
        from kg.vocabulary import Vocabulary

        note(f"There is no graph at {graph}: the vocabulary alone is asked.")
        said = explain(one, other, Linker(Vocabulary.load(), overrides=Overrides.load()))
    write(json_text(to_json(said)) if form == "json" else text(said), output)


def to_json(said: Explanation) -> dict[str, Any]:
    """An explanation as JSON."""
    return {
        "same": bool(said.concepts),
        "concepts": said.concepts,
        "similarity": None if said.similarity is None else round(said.similarity, 4),
        "why": said.why,
        "names": [
            {
                "name": name,
                "steps": [
                    {"concept": s.concept, "reason": s.reason, "papers": s.papers, "entry": s.entry, "quote": s.quote}
                    for s in steps
                ],
            }
            for name, steps in zip(said.names, said.steps, strict=True)
        ],
    }


def text(said: Explanation) -> str:
    """An explanation as text: the verdict, then each name with its steps."""
    one, other = said.names
    if said.concepts:
        lines = [f"{one!r} and {other!r} are one thing: {', '.join(said.concepts)}."]
    else:
        lines = [f"{one!r} and {other!r} are not one thing.", *(f"  {sentence}" for sentence in said.why)]
    for name, steps in zip(said.names, said.steps, strict=True):
        lines += ["", name, *(f"  {_line(step)}" for step in steps or ())]
        if not steps:
            lines.append("  no concept bears this name")
    if said.similarity is not None:
        lines += ["", f"similarity {said.similarity:.2f}"]
    return "\n".join(lines) + "\n"


def _line(step: Step) -> str:
    if not step.papers:
        return f"{step.concept}: {step.reason}"
    more = f" and {step.papers - 1} more" if step.papers > 1 else ""
    return f"{step.concept}: {step.reason}; in {step.entry}{more}: “{' '.join(step.quote.split())}”"
