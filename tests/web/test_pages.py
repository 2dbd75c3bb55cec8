"""Every page in every form and both languages; what stands on it leads on."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import httpx
import pytest
from bibtexparser.entrypoint import parse_string
from lxml import html

import kg
from kg.evidence import evidence_id
from kg.text import has_han, is_kind
from tests.truth import Truth

PAGES = {
    "/": "json",
    "/ask": "json csv",
    "/ask?q=KV-cache+compression+papers+on+H100": "json csv",
    "/ask?q=which+techniques+reduce+KV+cache+memory%3F": "json csv",
    "/ask?hardware=nvidia-h100&year=2025": "json csv",
    "/paper/002-22": "json csv bib",
    "/concept/technique:quantization": "json csv",
    "/concept/metric:accuracy": "json csv",
    "/topic/kv-cache-compression": "json csv",
    "/hardware/nvidia-h100": "json csv",
    "/institution/NVIDIA": "json csv",
    "/compare?a=quantization&b=pruning": "json csv",
    "/compare": "json",
    "/trends": "json csv",
    "/graph?q=KV+cache+compression": "svg graphml gexf png",
    "/report?q=quantization": "json md",
    "/new?since=2025-10": "json csv atom",
    "/sql?query=SELECT+title+FROM+papers+LIMIT+3": "json csv",
    "/sparql?query=SELECT+*+WHERE+%7B%3Fs+a+kg:Paper%7D+LIMIT+3": "json csv",
    "/about": "json csv",
}


def form_of(page: str, form: str) -> str:
    path, mark, asked = page.partition("?")
    return f"{'/home' if path == '/' else path}.{form}{mark}{asked}"


@pytest.mark.parametrize("page", PAGES)
def test_page_is_given_in_both_languages_and_all_its_forms(client: httpx.Client, page: str) -> None:
    browser = {"Accept": "text/html"}
    english, chinese = (
        client.get(page, headers={**browser, "Accept-Language": lang}) for lang in ("en", "zh-CN,zh;q=0.9,en;q=0.5")
    )
    assert english.status_code == chinese.status_code == 200
    trees = [html.fromstring(answer.text) for answer in (english, chinese)]
    assert [tree.get("lang") for tree in trees] == ["en", "zh-Hans"]
    for tree in trees:
        assert not tree.xpath("//script[not(@src) and not(@nonce) and not(@type='application/json')]")
        assert not [a for a in tree.xpath("//@src | //link[not(@rel='alternate')]/@href") if "//" in a]
    for link in trees[0].xpath("//link[@rel='alternate']"):
        kind = client.get(link.get("href")).headers["content-type"].partition(";")[0]
        assert kind in (link.get("type"), "application/sparql-results+json")
    assert trees[0].xpath("//link[@rel='alternate']")
    for form in PAGES[page].split():
        answer = client.get(form_of(page, form), headers={"Accept-Language": "en"})
        assert answer.status_code == 200, (form, answer.text[:200])
        assert answer.content
        if form == "json":
            assert isinstance(answer.json(), dict)
        if form == "csv":
            rows = list(csv.reader(io.StringIO(answer.text)))
            assert rows
            assert {len(row) for row in rows} == {len(rows[0])}


def test_trends_as_data_have_the_papers_of_each_period(client: httpx.Client) -> None:
    found = client.get("/trends.json?over=day").json()
    assert len(found["papers"]) == len(found["periods"]) >= 1
    assert sum(found["papers"]) > 20


def test_links_of_the_pages_lead_to_pages(client: httpx.Client) -> None:
    """All that these pages link to is there, followed once."""
    seen: set[str] = set()
    for page in (
        "/",
        "/paper/002-22",
        "/concept/technique:quantization",
        "/compare?a=quantization",
        "/report?q=pruning",
    ):
        tree = html.fromstring(client.get(page).text)
        found = [str(a) for a in tree.xpath("//a/@href") if str(a).startswith("/")]
        kinds = {re.sub(r"[?].*|(?<=/)[^/]+$", "", a): a for a in found}  # one of each kind
        seen |= set(kinds.values())
    for address in sorted(seen):
        assert client.get(address).status_code == 200, address


def test_quotes_call_their_papers_by_short_name_and_year(client: httpx.Client) -> None:
    tree = html.fromstring(client.get("/compare?a=quantization&b=pruning").text)
    links = tree.xpath("//p[@class='said']/a")
    assert links
    for link in links:
        assert link.get("title") in link.get("href")
        assert re.search(r" 20\d\d$", link.text_content())


def test_the_first_page_compares_methods_with_names_of_their_own(client: httpx.Client) -> None:
    examples = client.get("/").text
    named = re.findall(r"compare ([^<\"]+?) and ([^<\"]+?)[<\"]", examples)
    for pair in named:
        assert not any(is_kind(name) for name in pair), pair
        page = html.fromstring(client.get("/compare", params=dict(zip("ab", pair, strict=True))).text)
        bars = [len(figure.xpath(".//*[local-name()='g']")) for figure in page.xpath("//figure")]
        assert all(number > 1 for number in bars)


def test_tables_call_their_papers_by_name_and_year(client: httpx.Client) -> None:
    """The paper column of a ranking, the results of a concept; the id stands second."""
    ranking = html.fromstring(client.get("/ask?q=which+method+has+the+highest+speedup%3F").text)
    cells = ranking.xpath("//*[@data-label='paper']")
    concept = html.fromstring(client.get("/concept/technique:quantization").text)
    results = concept.xpath("//td[@data-label='paper']")
    assert cells
    assert results
    for cell in (*cells, *results):
        [link] = cell.xpath(".//a")
        assert re.search(r" 20\d\d$", link.text_content())
        assert client.get(link.get("href")).status_code == 200
    for cell in cells:
        assert cell.xpath("string(.//span[@class='id'])") in cell.xpath("string(.//a/@href)")
        assert "number" not in cell.get("class")
    assert ranking.xpath("//p[@class='said'][not(small)]")
    assert ranking.xpath("//tr[@class='heading']")


def test_page_of_papers_leads_only_to_what_there_is(client: httpx.Client) -> None:
    for page, is_reported in (("/ask?kind=method", False), ("/ask?q=pruning", True), ("/ask?year=2025", True)):
        links = html.fromstring(client.get(page).text).xpath("//section[@class='exports']//a/@href")
        assert any(link.startswith("/report") for link in links) == is_reported, page
        assert any(link.startswith("/export") for link in links)
        for link in links[:3]:
            assert client.get(link).status_code == 200, link


def test_more_papers_than_are_exported_lead_to_no_export(tmp_path: Path) -> None:
    from .conftest import serving

    papers = tmp_path / "papers.jsonl"
    papers.write_text(
        "".join(f'{{"id": "m-{n}", "title": "Note {n} on pruning", "year": 2025}}\n' for n in range(2001))
    )
    with kg.open(str(tmp_path / "p.kg"), create=True) as graph:
        graph.add(papers, fast=True)
    with serving(tmp_path / "p.kg") as found, httpx.Client(base_url=found, timeout=60, trust_env=False) as client:
        for page in ("/ask", "/ask?q=pruning"):
            [section] = html.fromstring(client.get(page).text).xpath("//section[@class='exports']")
            assert not section.xpath(".//a[starts-with(@href, '/export')]")
            assert "2,000" in section.text_content()
        assert client.get("/export?q=pruning&format=jsonl").status_code == 400


@pytest.mark.parametrize(
    ("said", "english", "chinese"),
    [
        ("part_of", "{head} is part of {tail}", "{head} 是 {tail} 的组成部分"),
        ("compared_with", "{head} is compared with {tail}", "{head} 与 {tail} 对比"),
        ("evaluated_on", "{head} is evaluated on {tail}", "{head} 在 {tail} 上评测"),
        ("outperforms", "{head} outperforms {tail}", "{head} 优于 {tail}"),
    ],
)
def test_relation_is_a_sentence_of_the_language(
    client: httpx.Client, built: kg.Graph, said: str, english: str, chinese: str
) -> None:
    sql = "SELECT e.name FROM relations x JOIN entries e ON e.id = x.entry WHERE x.type = ? ORDER BY 1 LIMIT 1"
    [(entry,)] = built.store.rows(sql, said)
    for lang, form in (("en", english), ("zh", chinese)):
        data = client.get(f"/paper/{entry}.json?lang={lang}").json()
        claim = next(one for one in data["claims"] if one.get("relation") == said)
        for page in (f"/paper/{entry}", f"/evidence/{claim['evidence']}"):
            text = html.fromstring(client.get(f"{page}?lang={lang}").text).text_content()
            assert form.format(**claim) in " ".join(text.split()), (page, claim)


def test_lineage_has_as_many_nodes_as_can_be_read_unless_a_number_is_asked_for(
    client: httpx.Client, built: kg.Graph
) -> None:
    for limit, chosen, drawn in (("", [], None), ("80", ["80"], 80)):
        page = html.fromstring(client.get(f"/graph?view=lineage&limit={limit}&lang=en").text)
        assert page.xpath("//select[@name='limit']/option[@selected]/text()") == chosen
        still = built.draw(view="lineage", limit=drawn, types=("technique",)).render("svg")
        assert client.get(f"/graph.svg?view=lineage&limit={limit}&lang=en").text == still


def test_picture_is_called_by_the_label_of_its_concept(client: httpx.Client) -> None:
    for page, heading in (
        ("/graph?q=technique:quantization", "Picture: quantization"),
        ("/graph?q=technique:quantization&lang=zh", "图谱：量化"),
        ("/graph?q=KV+cache", "Picture: KV cache"),
    ):
        assert html.fromstring(client.get(page).text).xpath("string(//h1)") == heading


def test_claims_of_a_paper_are_lit_where_their_words_stand(client: httpx.Client, built: kg.Graph) -> None:
    tree = html.fromstring(client.get("/paper/002-22").text)
    [abstract] = tree.xpath("//p[@id='abstract']")
    document = built.paper("002-22").entries[0][0]
    assert abstract.text_content().strip() == document.texts["A"].raw.strip()
    data = client.get("/paper/002-22.json").json()
    claims = {str(claim["number"]): claim for claim in data["claims"]}
    lit = 0
    for piece in abstract.xpath(".//a[@data-c]"):
        for number in piece.get("data-c").split():
            assert piece.text_content() in claims[number]["quote"]
            lit += 1
    assert lit > 10
    assert all(link.text_content().strip() for link in tree.xpath("//a"))  # a reader of screens hears where each leads
    levels = {a.get("class").split()[1] for a in abstract.xpath(".//a[@data-c]")}
    assert levels == {"sure", "likely", "weak"}
    assert tree.xpath("//li[@id='c1']")


def test_concept_that_papers_have_leads_to_a_report_and_counts_its_results(client: httpx.Client) -> None:
    for name, is_had in (("technique:quantization", True), ("dataset:airfrans", False)):
        links = html.fromstring(client.get(f"/concept/{name}").text).xpath("//p[@class='actions']/a/@href")
        assert any(link.startswith("/report") for link in links) == is_had
    for name, is_cut in (("topic:knowledge-distillation", True), ("hardware:gpu", False)):
        data = client.get(f"/concept/{name}.json").json()
        assert 0 < len(data["results"]) <= data["results_stated"]
        assert (len(data["results"]) < data["results_stated"]) is is_cut


def test_evidence_of_a_claim_has_its_words_offsets_and_hash(client: httpx.Client) -> None:
    claim = next(c for c in client.get("/paper/002-22.json").json()["claims"] if c["kind"] == "result")
    found = client.get(f"/evidence/{claim['evidence']}.json").json()
    assert (found["quote"], found["start"], found["end"]) == (claim["quote"], claim["start"], claim["end"])
    assert len(found["sha256"]) == 64
    page = html.fromstring(client.get(f"/evidence/{claim['evidence']}").text)
    assert page.xpath("string(//mark)") == claim["quote"]
    changed = claim["evidence"][:-1] + ("0" if claim["evidence"][-1] != "0" else "1")
    assert client.get(f"/evidence/{changed}").status_code == 404


def test_facets_narrow_to_the_number_of_papers_that_they_say(client: httpx.Client) -> None:
    found = client.get("/ask.json?q=quantization").json()
    values = [(facet["facet"], one) for facet in found["facets"] for one in facet["choices"][:2]]
    assert {name for name, _ in values} >= {"kind", "hardware", "institution", "technique"}
    for name, one in values:
        if name != "technique":  # of which a question counts narrower ones too
            path, _, asked = one["url"].partition("?")
            assert client.get(f"{path}.json?{asked}").json()["total"] >= one["papers"], (name, one)


def test_papers_are_paged_without_gap_and_ordered(client: httpx.Client) -> None:
    total = client.get("/ask.json").json()["total"]
    each = [client.get(f"/ask.json?order=new&page={n}").json()["papers"] for n in range(1, total // 20 + 2)]
    listed = [paper["id"] for page in each for paper in page]
    assert len(set(listed)) == len(listed) == total
    dates = [paper["date"] for page in each for paper in page]
    assert dates == sorted(dates, reverse=True)
    titles = [paper["title"].lower() for paper in client.get("/ask.json?order=title").json()["papers"]]
    assert len(titles) == 20
    assert titles == sorted(titles)


WRONG = {
    "/ask?year=soon": "四位数字",
    "/ask?page=x": "1到50",
    "/paper/nothing": "没有论文",
    "/concept/technique:nothing-at-all": "没有“technique:nothing-at-all”",
    "/author/Nobody": "署名",
    "/evidence/x/A/1-2/00000000": "原文",
    "/compare?a=zzqx&b=lora": "没有“zzqx”",
    "/about.svg": "没有svg格式",
    "/new?since=soon": "看不出从哪天开始",
    "/report?q=zzqx": "zzqx",
    "/nowhere": "没有这个页面",
    "/nowhere/at/all?q=1": "没有这个页面",
    "//evil.example/": "没有这个页面",
    "/sql?query=DELETE+FROM+papers": "只允许SELECT",
    "/sql?query=SELECT+nonsense": "图谱无法理解该SQL查询",
    "/sql?query=SELECT+1+WHERE+'a'+REGEXP+'('": "正则表达式有误",
    "/sql?query=SELECT+zeroblob(2000000000)": "查询结果超过16 MB",
    "/sql?query=SELECT+fts3_tokenizer('simple')": "不允许的fts3_tokenizer",
    "/sql?query=--": "该查询不产生表",
    "/sql?query=SELECT+*+FROM+mentions+a,+mentions+b": "查询结果超过10,000行",
    "/sparql?query=nonsense": "该查询不是SPARQL",
    "/sparql?query=SELECT+*+{+SERVICE+<http://127.0.0.1:1/>+{+?s+?p+?o+}+}": "请去掉SERVICE",
    "/sparql?query=SELECT+*+{+?s+?p+?o+}+LIMIT+10001": "查询结果超过10,000行",
}


@pytest.mark.parametrize("page", WRONG)
def test_error_is_said_in_the_language_of_the_page(client: httpx.Client, page: str) -> None:
    address = client.base_url.copy_with(raw_path=page.encode())
    answer = client.get(address, headers={"Accept": "text/html", "Accept-Language": "zh"})
    assert answer.status_code in (400, 404)
    tree = html.fromstring(answer.text)
    assert WRONG[page] in tree.xpath("string(//p[@class='lead' or @class='verdict'])")
    assert not [link for link in tree.xpath("//@href") if str(link).startswith("//")]


def test_answer_on_a_chinese_page_is_chinese_whatever_the_question(client: httpx.Client) -> None:
    tree = html.fromstring(client.get("/ask?q=papers+on+H100+with+zebras&lang=zh").text)
    assert tree.xpath("//*[@class='understood']")
    for said in tree.xpath("//*[@class='understood']//bdi | //*[@class='note']"):
        assert has_han(said.text_content())


def test_question_that_names_nothing_leads_to_all_facets(client: httpx.Client) -> None:
    tree = html.fromstring(client.get("/ask?q=zzqx").text)
    links = tree.xpath("//*[@class='found']//*[@class='beside']//a/@href")
    assert links
    assert not [link for link in links if "zzqx" in link]
    assert not tree.xpath("//aside")


def test_names_are_suggested_in_both_languages(client: httpx.Client) -> None:
    english = client.get("/suggest.json?q=quantiz&lang=en").json()["names"]
    chinese = client.get("/suggest.json", params={"q": "量化", "lang": "zh"}).json()["names"]
    assert "quantization" in [one["label"] for one in english]
    assert "量化" in [one["label"] for one in chinese]


@pytest.mark.parametrize("form", ["bibtex", "csv", "jsonl", "nquads", "obsidian", "graphml"])
def test_selection_is_exported_and_holds_its_papers_alone(client: httpx.Client, form: str) -> None:
    asked = "/export?q=KV-cache+compression+papers+on+H100"
    papers = client.get("/ask.json?q=KV-cache+compression+papers+on+H100").json()["papers"]
    answer = client.get(f"{asked}&format={form}")
    assert answer.status_code == 200, answer.text
    assert "attachment" in answer.headers["content-disposition"]
    if form == "bibtex":
        library = parse_string(answer.text)
        assert not library.failed_blocks
        assert len(library.entries) == len(papers)
    if form == "jsonl":
        assert len(answer.text.splitlines()) == sum(len(paper["sources"]) for paper in papers)
    if form == "csv":
        assert len(list(csv.reader(io.StringIO(answer.text)))) == len(papers) + 1


def test_new_papers_stand_by_topic_and_may_be_filtered(client: httpx.Client) -> None:
    browser = {"Accept": "text/html"}
    tree = html.fromstring(client.get("/new?since=2025-10", headers=browser).text)
    filters = [url for url in tree.xpath("//p[@class='tags']/a/@href") if "topic=" in url]
    assert len(filters) > 2
    headings = tree.xpath("//h2[starts-with(@id, 't-')]")
    assert len(headings) > 1
    one = html.fromstring(client.get(filters[0], headers=browser).text)
    assert len(one.xpath("//h2[starts-with(@id, 't-')]")) == 1
    shown = {node.get("id") for node in one.xpath("//li[@id]")}
    assert len(shown) > 1
    for link in one.xpath("//li[@id]/b/a/@href"):
        assert client.get(link, headers=browser).status_code == 200


def test_new_papers_are_by_default_those_of_seven_days(client: httpx.Client) -> None:
    data = client.get("/new.json").json()
    assert date.fromisoformat(data["latest"]) - date.fromisoformat(data["since"]) == timedelta(6)
    assert client.get("/home.json").json()["points"] == data["week"]["points"]


def test_feed_is_atom(client: httpx.Client) -> None:
    feed = ElementTree.fromstring(client.get("/new.atom?since=2025-10").content)
    space = "{http://www.w3.org/2005/Atom}"
    assert feed.tag == f"{space}feed"
    entries = feed.findall(f"{space}entry")
    assert len(entries) > 5
    for entry in entries:
        link = entry.find(f"{space}link")
        assert link is not None
        assert client.get(link.get("href", "")).status_code == 200


def test_sparql_follows_the_protocol(client: httpx.Client) -> None:
    query = "SELECT ?p WHERE { ?p a kg:Paper } LIMIT 2"
    sent = client.post("/sparql", content=query, headers={"Content-Type": "application/sparql-query"})
    form = client.post("/sparql", data={"query": query}, headers={"Accept": "application/sparql-results+xml"})
    turtle = client.get("/sparql", params={"query": "DESCRIBE <https://w3id.org/paper-kg/topic/pruning>"})
    assert sent.headers["content-type"] == "application/sparql-results+json"
    assert len(sent.json()["results"]["bindings"]) == 2
    assert b"<sparql" in form.content
    assert turtle.headers["content-type"].startswith("text/turtle")


@pytest.mark.parametrize("page", ["/sql", "/sparql"])
def test_examples_of_queries_give_rows(client: httpx.Client, page: str) -> None:
    tree = html.fromstring(client.get(page, headers={"Accept": "text/html"}).text)
    examples = [str(link) for link in tree.xpath(f"//main//a/@href[starts-with(., '{page}?query=')]")]
    assert len(examples) > 1
    for example in examples:
        answer = html.fromstring(client.get(example, headers={"Accept": "text/html"}).text)
        assert answer.xpath("//table[contains(@class, 'data')]/tbody/tr"), example


def test_paper_and_concept_are_found_by_other_names(client: httpx.Client, built: kg.Graph) -> None:
    curie = built.paper("002-22").id
    assert client.get(f"/paper/{quote(curie.partition(':')[2])}.json").json()["id"] == "002-22"
    assert client.get("/topic/KV缓存压缩.json").json()["concept"] == "topic:kv-cache-compression"
    assert client.get("/hardware/H100.json").json()["concept"] == "hardware:nvidia-h100"


def test_about_says_how_many_claims_of_each_type_are_right(client: httpx.Client) -> None:
    page = (Path(__file__).parents[2] / "docs/evaluation.md").read_text("utf-8")
    table = page.partition("<!-- trust -->")[2].partition("<!-- /trust -->")[0]
    said = {row["type"]: row for row in client.get("/about.json").json()["claims"]}
    told = {cells[1].strip(): cells for line in table.splitlines() if len(cells := line.split("|")) > 5}
    for kind, name in (("technique", "techniques"), ("outperforms", "outperforms"), ("topics", "topics")):
        assert said[kind]["precision"] == float(told[name][3])
        assert said[kind]["sure_precision"] == float(told[name][6])
    assert f"{float(told['techniques'][6]):.0%}" in client.get("/about?lang=zh").text


def rows(client: httpx.Client, query: str) -> int:
    """How many solutions a query has, once the triples have followed the graph."""
    for _ in range(30):
        answer = client.get("/sparql", params={"query": query})
        if answer.status_code != 503:
            break
    return len(answer.json()["results"]["bindings"])


def test_graph_that_changes_is_followed_without_a_restart(tmp_path: Path, first_file: Path) -> None:
    from .conftest import serving

    place = tmp_path / "papers.kg"
    with kg.open(str(first_file), read_only=True) as graph:
        graph.backup(place)
    with serving(place) as address, httpx.Client(base_url=address, timeout=60, trust_env=False) as client:
        before = client.get("/ask.json").json()["total"]
        many = [
            f"/ask.json?order={order}&lang={lang}" for order in ("new", "old", "title", "best") for lang in ("en", "zh")
        ]
        assert {client.get(one).json()["total"] for one in many} == {before}
        assert rows(client, "SELECT ?p WHERE { ?p a kg:Paper }") == before
        paper = tmp_path / "more.jsonl"
        paper.write_text(
            '{"id": "x-1", "title": "A new paper", "abstract": "We propose Zebrafish, a pruning method."}\n'
        )
        with kg.open(str(place), create=True) as graph:
            graph.add(paper, fast=True)
        # Each of four processes has counted the graph before, and counts it again.
        assert {client.get(one).json()["total"] for one in many} == {before + 1}
        assert client.get("/paper/x-1").status_code == 200
        assert rows(client, "SELECT ?p WHERE { ?p a kg:Paper }") == before + 1
        with kg.open(str(tmp_path / "other.kg"), create=True) as other:
            other.add(paper, fast=True)
        for name in ("papers.kg-wal", "papers.kg-shm"):
            (tmp_path / name).unlink(missing_ok=True)
        (tmp_path / "other.kg").replace(place)  # as `kg rebuild` puts a new file in its place
        assert client.get("/ask.json").json()["total"] == 1


def test_evidence_of_a_number_without_unit_has_its_page(client: httpx.Client, built: kg.Graph) -> None:
    found = built.ask("papers with results on FID").evidence
    one = found[found["quote"].str.contains("6.98")].iloc[0]
    name = evidence_id(one["source"], one["field"], int(one["start"]), int(one["end"]), one["quote"])
    assert "6.98" in client.get(f"/evidence/{name}").raise_for_status().text


@pytest.fixture(scope="module")
def truth(built: kg.Graph) -> Truth:
    return Truth(built)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    "page",
    [
        "/paper/002-22",
        "/concept/technique:quantization",
        "/concept/metric:accuracy",
        "/topic/kv-cache-compression",
        "/compare?a=quantization&b=pruning",
    ],
)
def test_profiles_and_comparisons_hold_what_is_of_the_graph(
    client: httpx.Client, truth: Truth, page: str, lang: str
) -> None:
    answer = client.get(page, headers={"Accept": "text/html", "Accept-Language": lang})
    assert answer.status_code == 200
    assert truth.unfounded(answer.text, "html") == []
