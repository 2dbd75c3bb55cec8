"""What readers of files say has a Chinese wording, whole and in its parts; what has none stays as it is."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.web.told import told

KG = Path(__file__).parents[2] / "kg"
#: Modules whose sentences are for the command line alone: no page runs them.
ELSEWHERE = ("build/engines.py", "build/rebuilding.py", "build/relink.py", "build/shapes.py", "build/verification.py")
#: What sentences, or parts of one, are given to.
TAKES = {"KgError", "Loss", "Doubt", "Skipped", "Fault", "Damage", "DamagedData", "Unstorable", "HeldFile"}
TAKES |= {"_Damaged", "_Stop", "_stop", "_problem", "problem", "left_out", "skip", "told", "batch_of"}
LISTS = {"skipped", "losses", "doubts", "problems"}
#: A sentence that goes its way through variables and results: what is wrong, then what to do.
SAYS = re.compile(r"[\w){}'\"] ?: (?=[a-z])\S+ |[a-z{}] [^:]*(?:; [^:]*)\b(?:skipped|read)\b")
#: Literals that are no words: code, encodings, names of files.
CODE = re.compile(
    r"^stdin$|^[a-z]+-?\d+$|^ and \{\} more$|\bSELECT\b|@prefix|sh:|citation_title\"|^The (?:brief|heading|title) "
    r"|^su?\{\}$|^references\.bib$"
)


def normal(template: str) -> str:
    """A sentence with empty blanks, without the file's name in front and the full stop."""
    blank = re.sub(r"(?:\{\w*\})+", "{}", template)
    return re.sub(r"^\{\}: ", "", blank).rstrip(".").strip()


def text(node: ast.expr) -> str:
    """The template of a literal; "" for any other expression."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(map(text, node.values))
    if isinstance(node, ast.FormattedValue):
        return "'{}'" if node.conversion == ord("r") else "{}"
    return ""


def called(tree: ast.Module) -> dict[str, list[ast.expr]]:
    """What the names of a module stand for: what is assigned to them, and what its functions give."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for one in node.targets:
                if isinstance(one, ast.Name):
                    found.setdefault(one.id, []).append(node.value)
        elif isinstance(node, ast.FunctionDef):
            results = [one.value for one in ast.walk(node) if isinstance(one, ast.Return | ast.Yield) and one.value]
            found.setdefault(node.name, []).extend(results)
    return found


def given(node: ast.AST, names: dict[str, list[ast.expr]], depth: int = 3) -> Iterator[str]:
    """The templates that an argument may be, and those that fill its blanks."""
    if isinstance(node, ast.expr) and (said := text(node)):
        yield said
    if isinstance(node, ast.Name | ast.Call) and depth:
        name = node.id if isinstance(node, ast.Name) else getattr(node.func, "id", "")
        for one in names.get(name, ()):
            yield from given(one, names, depth - 1)
    elif isinstance(node, ast.IfExp):
        yield from (*given(node.body, names, depth), *given(node.orelse, names, depth))
    elif isinstance(node, ast.JoinedStr):
        for blank in node.values:
            yield from given(blank.value, names, depth) if isinstance(blank, ast.FormattedValue) else ()
    elif isinstance(node, ast.BoolOp | ast.List | ast.Tuple):
        for one in node.values if isinstance(node, ast.BoolOp) else node.elts:
            yield from given(one, names, depth)


def taken(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The templates of a module that are given to what takes sentences, and that read as one, with their lines."""
    names = called(tree)
    notes = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    joined = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    inner = {id(part) for node in joined for part in ast.walk(node) if not isinstance(part, ast.JoinedStr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            on = getattr(getattr(node.func, "value", None), "attr", "") if name in ("append", "extend") else ""
            if name in TAKES or on in LISTS:
                for one in [*node.args, *(each.value for each in node.keywords)]:
                    yield from ((node.lineno, said) for said in given(one, names))
        elif isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple):  # where a row stands, and the row
            yield from ((node.lineno, said) for said in given(node.value.elts[0], names))
        elif (
            isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in notes | inner and SAYS.search(text(node))
        ):
            yield node.lineno, text(node)


def sentences() -> Iterator[tuple[str, str]]:
    """Every sentence that readers and the adding of papers say, with its place."""
    for path in sorted((*(KG / "sources").rglob("*.py"), *(KG / "build").rglob("*.py"), KG / "store" / "faults.py")):
        place = path.relative_to(KG).as_posix()
        if not place.startswith(ELSEWHERE):
            for line, said in taken(ast.parse(path.read_text("utf-8"))):
                if not CODE.search(said):
                    yield f"kg/{place}:{line}", normal(said)
    foreign = tomllib.loads((KG / "sources" / "foreign.toml").read_text("utf-8"))["file"]
    yield from (("kg/sources/foreign.toml", normal(one["told"])) for one in foreign)


@pytest.fixture(scope="module")
def wordings() -> dict[str, str]:
    groups = tomllib.loads((KG / "web" / "told.toml").read_text("utf-8"))
    return {english: chinese for group in groups.values() for english, chinese in group.items()}


def test_every_sentence_of_the_readers_has_a_chinese_wording(wordings: dict[str, str]) -> None:
    known = set(map(normal, wordings))
    found = list(sentences())
    assert len(found) > 150
    assert not [f"{place}: {said}" for place, said in found if re.search("[a-z]{2}", said) and said not in known]


def test_wordings_are_chinese_and_keep_what_the_file_gave(wordings: dict[str, str]) -> None:
    for english, chinese in wordings.items():
        blanks = re.findall(r"\{\w+\}", english)
        assert len(set(blanks)) == len(blanks), english
        assert set(re.findall(r"\{\w+\}", chinese)) <= set(blanks), english
        assert re.search("[\u4e00-\u9fff]", chinese) or not re.search("[a-z]{3}", normal(chinese)), english


@pytest.mark.parametrize(
    ("said", "chinese"),
    [
        ("a.json: the JSON is damaged ('}' is missing, line 3): write or fetch it again.",
         "a.json：JSON已损坏（第3行：缺少“}”），请重新生成或下载。"),
        ("a.xml: one of its papers takes more than 8 MB: split the file, or export it again.",
         "a.xml：其中有一篇论文超过8 MB，请拆分文件，或重新导出。"),
        ("r.md: line 3: papers 1, 2 and 4 are without details; only the brief could be read.",
         "r.md：第3行：论文1, 2和4没有详情，只读取了简述。"),
        ("a.csv: the id \"<b>it is no paper</b>\" is already used in line 2 for the same paper: remove one.",
         "a.csv：编号“<b>it is no paper</b>”已在第2行用于同一篇论文，请删去其中一条。"),
        ("a.json: no rule reads the fields x (3), y (1) and 3 more, which no record has: rename what belongs to a "
         "paper as docs/formats.md says; 1 paper has the id of another one and got a number (z-2): see the ids.",
         "a.json：字段x (3), y (1)及另外3个字段没有规则读取，图谱未收，其中属于论文的内容请按docs/formats.md改名；"
         "1篇论文与其他论文编号相同，已加上序号（z-2），请核对编号。"),
        ("a.new: line 3 was skipped: its moon is in the wrong house: move it.", None),
        ("a.new: line 3, x: its moon is in the wrong house.", None),
    ],
    ids=["reason", "unit", "papers", "kept", "two", "unknown", "unknown in a place"],
)  # fmt: skip
def test_sentence_is_told_in_parts_and_what_is_unknown_stays(said: str, chinese: str | None) -> None:
    assert told(said, "zh") == (chinese or said)
    assert told(said, "en") == said
