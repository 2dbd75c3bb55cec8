"""The words of a sentence: articles, capitals, quotation marks, and what goes with what."""

from __future__ import annotations

from typing import Any

import pytest

from kg.api import Graph
from kg.model import Document, Evidence, Mention, Paper, Record, Relation, Result, Text
from kg.views.answer_page import pieces
from kg.views.brief import brief
from kg.views.latex import excerpt, lit
from kg.views.outcome import ResultInWords, phrase, phrases, same
from kg.views.report.claims import claims
from kg.views.report.layout import Part
from kg.views.report.methods import methods
from kg.views.selection import Selection
from kg.views.selection import name as name_of
from kg.views.surface import expanded, short_forms, spelt_out, whole, with_article, with_names
from kg.views.wording import Wording
from kg.views.words import PageWords
from kg.vocabulary import Vocabulary
from tests.views.telling import record_parts, titled


def _stated(text: str, title: str = "", **parts: Any) -> Paper:
    """A paper named Foo of an abstract; `parts` fill its record."""
    document = Document("t-1", "t", 1, {"T": Text(title, title), "A": Text(text, text)})
    return Paper("paper:t-1", [(document, Record("t-1", title=title, **{"name": "Foo", **parts}))])


def _proposed(*names: str) -> list[Mention]:
    return [Mention("technique", name, name, "A", role="proposed", sure=True, confidence=0.9) for name in names]


@pytest.mark.parametrize(
    ("said", "text", "told"),
    [
        ("Efficient Gate", "We use a Efficient Gate.", "an Efficient Gate"),
        ("SLO gate", "We use an SLO gate.", "an SLO gate"),
        ("gate method", "We introduce the first gate method.", "a gate method"),
        ("gate methods", "We introduce the first gate methods.", "gate methods"),
        ("gate pruning", "With our proposed gate pruning it is fast.", "gate pruning"),
        ("gate rule", "We propose a simple and efficient gate rule.", "a gate rule"),
        ("slow inference", "We mend the slow inference of models.", "slow inference"),
        ("union of gates", "We use a union of gates.", "a union of gates"),
        ("zipped gates", "We use a zipped gates of ours.", "zipped gates"),
        ("Gate Pruning", "We use a Gate Pruning (GP) module.", "Gate Pruning"),
        ("gate steering", "With our gate steering it is fast.", "gate steering"),
        ("gate basis", "We build a gate basis for it.", "a gate basis"),
        ("gate head", "We add an auxiliary ``Gate Head'' for it.", "a gate head"),
        ("gate rule", "With our proposed gate rule it is fast.", "a gate rule"),
        ("gate law", "We find gate laws.", "gate laws"),
        ("gate law", "We find a gate law among gate laws.", "a gate law"),
        ("gate steering", "We use a gate steering with early exit approach.", "gate steering"),
        ("gate module for steering", "We use a gate module for steering.", "a gate module for steering"),
    ],
)
def test_an_article_goes_with_the_words_that_are_told(said: str, text: str, told: str) -> None:
    assert with_article(said, text) == told


def test_a_thing_that_is_counted_has_an_article() -> None:
    text = "We use a gate algorithm and matrix kernel. Sparse routing helps."
    assert with_article("matrix kernel", text, (), ["kernel"]) == "a matrix kernel"
    assert with_article("sparse routing", text, (), ["kernel"]) == "sparse routing"


def test_capitals_of_names_are_those_of_the_paper() -> None:
    text = "We add gate-aware Brindle estimation, then i-DL-MH routing and Low-Rank Updates."
    assert with_names("gate-aware brindle estimation", text) == "gate-aware Brindle estimation"
    assert with_names("i-dl-mh routing", text) == "i-DL-MH routing"
    assert with_names("low-rank updates", text) == "low-rank updates"
    assert with_names("dual-aware router", "We use a Dual-aware Router here.") == "Dual-aware Router"
    assert with_names("LFP-routing", "We add LFP-Routing.") == "LFP-Routing"
    assert with_names("GHT-aware gate", "We add the GHT-Aware Gate.") == "GHT-aware gate"
    assert with_names("cross-model gate", "We use a gate, Cross-model gate and more.") == "cross-model gate"


def test_a_quotation_that_a_mention_only_ends_is_whole(built: Graph) -> None:
    assert whole('look-ahead" gate') == '"look-ahead" gate'
    paper = _stated('We propose a novel "look-ahead" gate.', techniques=_proposed('look-ahead" gate'))
    assert record_parts(built, paper) == 'Foo uses a "look-ahead" gate.'


def test_a_brief_quotes_a_sentence_that_tells_something(built: Graph) -> None:
    telling = "The visual comparison shows a dense network beside three of other sizes."
    assert brief(built, _stated(f"Figure 1. {telling}"), "en").count("Figure 1") == 0
    assert telling[:-1] in brief(built, _stated(f"Figure 1. {telling}"), "en")


@pytest.mark.parametrize(
    ("wording", "told"),
    [
        ("severe degradation - especially under sparsity", "severe degradation"),
        ("high costs as context length grows", "high costs"),
        ("high memory cost, particularly in terminals", "high memory cost"),
        ("key-value caches as memory", "key-value caches as memory"),
    ],
)
def test_what_is_only_added_to_a_phrase_is_left_out(wording: str, told: str) -> None:
    assert whole(wording) == told


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("The high latency of models challenges the needs of users.", "high latency of models challenges"),
        ("We have a shared low-rank content latent and a gate.", "shared low-rank content"),
        ("They give limited insight into how attention is used.", "limited insight into how attention"),
    ],
)
def test_a_problem_that_runs_into_a_clause_is_not_told(built: Graph, text: str, problem: str) -> None:
    found = Mention("problem", problem, problem, "A", sure=True)
    addressed = Relation("Foo", "addresses", problem, Evidence(""), sure=True)
    paper = _stated(text, techniques=_proposed("adaptive routing"), problems=[found], relations=[addressed])
    assert "addresses" not in brief(built, paper, "en")


def test_a_short_name_is_not_put_into_chinese_as_another(built: Graph) -> None:
    text = "We propose Grouped Latent Attention (GLA), and the GLA kernel."
    paper = _stated(text, techniques=_proposed("GLA kernel"))
    assert brief(built, paper, "zh").startswith("论文《Foo》写道：“We propose Grouped")


def test_an_expansion_has_no_verb() -> None:
    text = "We analyze layers in models and propose a layer-wise expert allocation (LayerMoE)."
    assert expanded("LayerMoE", text) == ""


def test_an_expansion_is_no_part_of_a_name() -> None:
    assert expanded("MiG", "We add Late Models with Gates (MiG).") == ""
    assert expanded("MiG", "We add Models with Gates (MiG).") == "Models with Gates"
    assert expanded("QRX", "We add a rule (QRX).") == ""
    assert expanded("SQR", "Some lose speed in their Quick Rule (SQR).") == ""


def test_what_an_approach_first_does_is_no_technique(built: Graph) -> None:
    text = "Our approach first partitions feature maps into regions and uses adaptive routing."
    paper = _stated(text, techniques=_proposed("partitions feature maps into regions", "adaptive routing"))
    assert brief(built, paper, "en") == "Foo uses adaptive routing."


def test_what_a_short_name_stands_for_is_not_told_beside_it(built: Graph) -> None:
    text = "We propose HDRQ - Hessian and distant regularizing quantization - for models."
    paper = _stated(text, name="", techniques=_proposed("HDRQ", "distant regularizing quantization"))
    assert record_parts(built, paper).startswith("A paper proposes HDRQ")


def test_an_acronym_is_not_told_beside_its_words(built: Graph) -> None:
    text = "We propose Foo. It uses LaGA. We introduce Late Gate Averaging for maps."
    paper = _stated(text, name="Foo", techniques=_proposed("LaGA", "Late Gate Averaging"))
    assert record_parts(built, paper).startswith("Foo uses LaGA.")


def test_parts_of_a_method_are_not_told_where_the_papers_own_sentence_can_be(built: Graph) -> None:
    text = "We propose Foo with a tile gate, which keeps our tiles of a map in order and lets readers find a harbour."
    paper = _stated(text, name="Foo", techniques=_proposed("tile gate"))
    assert brief(built, paper, "en").startswith("“Foo” states: “We propose Foo with a tile gate")


def test_a_macro_is_no_name(built: Graph) -> None:
    text = r"We propose \method{}, which is fast."
    assert brief(built, _stated(text, name="Finch"), "en").endswith("“We propose Finch, which is fast”.")
    assert "modelname" not in brief(built, _stated("We propose a gate.", name="\\modelname"), "en")


def test_a_name_in_a_relative_clause_is_not_proposed(built: Graph) -> None:
    text = "We present adaptive routing and a model that sends QRC messages."
    paper = _stated(text, "Models of Messages", name="QRC", techniques=_proposed("adaptive routing"))
    assert record_parts(built, paper) == "“Models of Messages” proposes adaptive routing."


def test_a_title_is_not_told_twice(built: Graph) -> None:
    text = "We propose a sparse gate network and adaptive routing."
    found = _proposed("sparse gate network", "adaptive routing")
    paper = _stated(text, "A Sparse Gate Network for Models", name="", techniques=found)
    assert record_parts(built, paper) == "“A Sparse Gate Network for Models” proposes adaptive routing."


def test_a_name_in_brackets_needs_no_comma() -> None:
    words = PageWords("en")
    assert words.listed(["Gates and Routes (GR)", "pruning"]) == "Gates and Routes (GR) and pruning"
    assert words.listed(["gates and routes", "pruning"]) == "gates and routes, and pruning"


def test_a_level_of_a_metric_that_is_a_name_has_an_article(built: Graph) -> None:
    said = [ResultInWords(metric, "absolute", "9") for metric in ("FID", "mIoU", "PSNR", "FLOPs")]
    assert phrases(Selection.of(built, [], "en"), said) == "an FID of 9, an mIoU of 9, a PSNR of 9 and FLOPs of 9"


def test_of_the_gains_of_a_sentence_all_are_told_or_none(built: Graph) -> None:
    text = "We propose Foo. It has a 17% gain in Gate-measure and a 62% gain in accuracy over Finch."
    results = []
    for n, baseline in ((17, ""), (62, "Finch")):
        at = text.index(f"{n}%")
        evidence = Evidence(f"{n}%", "A", at, at + 3)
        one = Result(evidence, "accuracy", float(n), "%", "increase", baseline=baseline, sure=True)
        one.metric_concept = "metric:accuracy"
        results.append(one)
    said = brief(built, _stated(text, results=results), "en")
    assert said == f"“Foo” states: “{text[:-1]}”."


def test_a_word_before_is_no_part_of_what_a_short_form_stands_for() -> None:
    assert short_forms("gates for AR", "Advanced autoregressive (AR) models are slow.") == {"AR": "autoregressive"}
    assert short_forms("gates for AG", "Add and advanced gating (AG) are slow.") == {"AG": "advanced gating"}
    assert short_forms("gates for RoPE", "It skips regular structure of 3D Rotary Position Embeddings (RoPE).") == (
        {"RoPE": "Rotary Position Embeddings"}
    )
    assert short_forms("gates for OGB", "We read OpenGateBench (OGB) at dusk.") == {"OGB": "OpenGateBench"}
    assert short_forms("gates for LG", "Rules and late gating (LG) are slow.") == {"LG": "late gating"}


def test_a_length_is_shorter(built: Graph) -> None:
    result = Result(Evidence("80%"), "prompt length", 80.0, "%", "decrease", bound="up_to", sure=True)
    assert phrase(Selection.of(built, [], "en"), result) == "up to 80% shorter prompt length"
    assert phrase(Selection.of(built, [], "zh"), result) == "提示长度最高缩短80%"
    result = Result(
        Evidence("33%"), "training time", 33.0, "%", "decrease", metric_concept="metric:training-time", sure=True
    )
    assert phrase(Selection.of(built, [], "zh"), result) == "训练时间缩短33%"


def test_a_metric_keeps_the_short_form_of_its_words(built: Graph) -> None:
    result = Result(Evidence("36% KV memory reduction"), "key value memory", 36.0, "%", "decrease", sure=True)
    assert phrase(Selection.of(built, [], "en"), result) == "36% less KV memory"
    assert phrase(Selection.of(built, [], "zh"), result) == "KV内存占用降低36%"


def test_a_short_name_of_a_kind_keeps_its_kind(built: Graph) -> None:
    shown, concept = Selection.of(built, [], "en"), "technique:retrieval-augmented-generation"
    assert same(shown, concept, "RAG") == same(shown, concept, "RAG generation") == concept
    assert same(shown, concept, "RAG systems") == ""


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("the high cost of memory and latency", "内存和延迟的高成本"),
        ("the area and power costs of caches", ""),
        ("quadratic growth of tokens with resolution", ""),
        ("high memory demands of processing long sequences of tokens", ""),
        ("robustness to noise and accuracy loss on small data", ""),
        ("degradation in image quality", "图像质量的退化"),
        ("catastrophic forgetting and the high cost of retraining", "灾难性遗忘以及重训练的高成本"),
        ("latency and memory of decoding", "解码的延迟和内存"),
        ("the quadratic complexity of attention and memory overhead", ""),
        ("large size and high computational cost", "庞大规模和高计算成本"),
        ("AUC@20", "AUC@20"),
        ("poor generalization ability across datasets", "跨数据集的泛化能力差"),
        ("lack of capability in routing", "缺乏路由的能力"),
    ],
)
def test_what_goes_with_what_is_clear_in_chinese(english: str, chinese: str) -> None:
    assert Wording(Vocabulary.load())(english) == chinese


def test_a_chinese_slot_takes_the_noun_of_the_template_once(built: Graph) -> None:
    own = _stated("We propose online gating.", techniques=_proposed("online gating"))
    assert record_parts(built, own, "zh") == "Foo使用了在线门控等技术。"


def test_a_quotation_begins_and_ends_with_whole_words() -> None:
    assert lit("Foo is superfast here, at last, and small.", "fast here") == (
        "Foo is ",
        "superfast here",
        ", at last, and small.",
    )
    assert lit("它在H100上快2.5倍。", "上快")[1] == "上快"
    assert excerpt("It is " + 9 * "very " + "quick, superfast, " + 9 * "really " + "so.", ["fast"], 30).count(
        "superfast"
    )


def test_a_plain_speedup_is_no_speed_of_inference(built: Graph) -> None:
    text = "We propose Foo. Foo is 2x faster than Finch."
    at = text.index("2x")
    result = Result(Evidence("2x faster", "A", at, at + 9), "inference speed", 2.0, "x", "increase", baseline="Finch")
    result.sure, result.metric_concept = True, "metric:inference-speed"
    result.baseline_concept = "technique:finch"
    own = Mention("technique", "Foo", "Foo", "A", role="proposed", sure=True, concept="technique:foo")
    shown = Selection.of(built, [_stated(text, techniques=[own], results=[result])], "en")
    assert [(claim.metric, claim.measured) for claim in claims(shown)] == [("speed", "speed")]


def test_a_marked_word_is_the_one_that_stands_alone() -> None:
    assert [piece for piece, is_marked in pieces("We show that CCGQA beats GQA.", ["GQA"]) if is_marked] == ["GQA"]
    assert [piece for piece, is_marked in pieces("HyperLoRA is fast.", ["LoRA"]) if is_marked] == ["HyperLoRA"]
    assert pieces("We show that CCGQA beats GQA.", ["GQA"])[0][0].endswith("CCGQA beats ")


def test_phrases_that_share_an_article_are_told_together(built: Graph) -> None:
    text = "We add an adaptive gate and token pruning method."
    said = brief(built, _stated(text, techniques=_proposed("adaptive gate", "token pruning method")), "en")
    assert said == "Foo uses an adaptive gate and token pruning method."


def test_techniques_are_told_without_latex(built: Graph) -> None:
    text = r"We propose Foo with heterogeneous} \textbf{gates} and others."
    said = record_parts(built, _stated(text, techniques=_proposed(r"heterogeneous} \textbf{gates")))
    assert said == "Foo uses heterogeneous gates."
    text = r"We propose $\mu$-Parameterization and adaptive routing."
    found = _proposed(r"\mu$-Parameterization", "adaptive routing")
    assert record_parts(built, _stated(text, techniques=found)) == "Foo uses adaptive routing."


@pytest.mark.parametrize(
    ("said", "text", "told"),
    [
        ("walsh-hadamard rotation", "A Walsh-Hadamard Rotation, or Hadamard rotation.", "Walsh-Hadamard Rotation"),
        ("SVD-hadamard rotation", "It uses an SVD-Hadamard rotation that helps.", "SVD-Hadamard rotation"),
        ("gram-schmidt rotation", "It uses a Gram-Schmidt rotation for speed.", "Gram-Schmidt rotation"),
        ("gate-aware routing", "Gate-Aware Routing. It uses Gate-Aware Routing.", "gate-aware routing"),
        ("GHT-aware routing", "It uses GHT-Aware Routing for speed.", "GHT-aware routing"),
        ("information Gate filter", "It has an Information Gate filter for information.", "Information Gate filter"),
        ("swift-centric framework", "A new Swift-centric Models framework in Swift.", "Swift-centric framework"),
        ("formatron", "An engine called Formatron which is at github.com/x/formatron.", "Formatron"),
    ],
)
def test_words_have_the_capitals_of_running_text(said: str, text: str, told: str) -> None:
    assert with_names(said, text) == told


@pytest.mark.parametrize(
    ("phrase", "is_noun"),
    [
        ("quadratic cost of routing", True),
        ("reward hacking", True),
        ("degraded accuracy when tested on new data", True),
        ("computational overhead", True),
        ("achieving high accuracy on devices", False),
        ("existing methods fail to route", False),
        ("overhead to achieve", False),
        ("spatial dependencies due", False),
        ("conflicts between them", False),
        ("expensive in memory", False),
        ("modulating only the initial latent state", False),
        ("selectively restoring neurons within these heads", False),
        ("FedAvg and effectively initializes client models", False),
        ("GPTQ and naively quantized models", True),
        ("high latency due to its verbosity", False),
        ("computationally expensive due to semantic redundancy", False),
        ("adaptively allocating sparsity across modules", False),
        ("decoder inference expensive in attention and memory", False),
        ("the memory footprint scales linearly with length", False),
        ("computational and memory overhead", True),
    ],
)
def test_a_clause_or_a_cut_phrase_is_no_noun(phrase: str, is_noun: bool) -> None:
    assert Wording(Vocabulary.load()).is_noun_phrase(phrase) is is_noun


def test_a_name_keeps_its_capital() -> None:
    text = "We use Brindle values. Adaptive Sinking, and Quandle Gates, with Global Sinking of them."
    assert with_names("brindle-based adaptive sinking of quandle gates", text) == (
        "Brindle-based adaptive sinking of quandle gates"
    )


def test_an_article_is_that_of_the_phrase_itself() -> None:
    assert with_article("adaptive gate", "We propose an adaptive gate method.", {"method"}) == "an adaptive gate method"
    gate = "We propose an adaptive gate (AG) that helps."
    assert with_article("adaptive gate", gate, {"method"}) == "an adaptive gate"


@pytest.mark.parametrize("phrase", ["key-only routing", "one-time attention", "mixed-order routing", "FOO-SWA"])
def test_a_compound_of_its_own_is_not_told_by_its_words(phrase: str) -> None:
    assert Wording(Vocabulary.load())(phrase) == ""


def test_a_short_form_is_spelt_out_where_another_sentence_does_so() -> None:
    text = "The Late Gate (LG) is old. Some dusk map owls (DMO) hunt, by a late owl analysis (LOA)."
    assert spelt_out("a scan of LG", text) == "a scan of the Late Gate (LG)"
    assert spelt_out("a DMO scan in LGA", text) == "a dusk map owl (DMO) scan in LGA"
    assert spelt_out("a scan by LOA", text) == "a scan by late owl analysis (LOA)"
    assert spelt_out("a scan by the Late Gate (LG)", text) == "a scan by the Late Gate (LG)"
    several = "Rule Systems (RS) and Map of Gates (MG) are slow. We propose a new RS."
    assert spelt_out("a new RS", several) == "a new Rule System (RS)"
    assert spelt_out("a late MG", several) == "a late Map of Gates (MG)"


def test_a_name_that_has_a_short_form_in_it_does_not_spell_it_out() -> None:
    assert spelt_out("LG-Map, a rule for LG", "The Late Gate (LG) is old.") == "LG-Map, a rule for the Late Gate (LG)"
    assert spelt_out("rules for LA featuring it", "Late adaptive (LA) gating is old.") == "rules for LA featuring it"
    assert spelt_out("LG's rules", "The Late Gate (LG) is old.") == "LG's rules"
    assert spelt_out("LG-aware rules for LG", "The Late Gate (LG) is old.") == "LG-aware rules for LG"


def test_the_short_forms_of_a_quotation_are_told_where_only_another_sentence_does() -> None:
    text = "The Late Gate (LG) is old. Some dusk map owls (DMOs) hunt. GPU time is short."
    assert short_forms("LG-based DMOs on GPU and XYZ", text) == {"LG": "Late Gate", "DMOs": "dusk map owls"}
    assert short_forms("the Late Gate (LG) and LG", text) == {}
    assert short_forms("LG-SH and I-LG-MH skip keys", text) == {}
    assert short_forms("LG helps", text, "LG") == short_forms("LG helps", text, "Late-gate maps") == {}
    assert short_forms("LG helps", text, "LG-Map") == {"LG": "Late Gate"}
    several = "Maps of gates (MGs) and scans (S) of an image to text (I2T) and dusk owls (DOs) are old."
    assert short_forms("an MG, I2T and a DO", several) == {
        "MG": "maps of gates",
        "I2T": "image to text",
        "DO": "dusk owl",
    }


def test_a_brief_and_a_table_tell_the_short_forms_of_what_they_quote(built: Graph) -> None:
    paper = titled("The late gate (LG) is slow. We study which LG of a network helps on long inputs, and why.")
    quoted = "“We study which LG of a network helps on long inputs, and why”"
    assert brief(built, paper, "en") == f"“Foo: Gates at Dusk” states: {quoted} (LG: late gate)."
    assert brief(built, paper, "zh").endswith(f"{quoted}（LG：late gate）。")
    spoken = titled(
        "Knowledge distillation (KD) is slow. We study which KD of a network helps on long inputs, and why."
    )
    assert brief(built, spoken, "zh").endswith("（KD：知识蒸馏）。")
    (row,) = methods(Selection.of(built, [paper], "en"), Part("methods", most=1))["groups"][0]["rows"]
    assert (row["does"], row["short_forms"]) == (quoted.strip("“”"), "LG: late gate")


@pytest.mark.parametrize(
    ("text", "title", "called"),
    [
        ("We propose an early rule. Moreover, we introduce a Finch primitive.", "Gates at Dusk", ""),
        ("We propose an early rule. Second, we introduce Finch.", "Gates at Dusk", ""),
        ("We propose an early rule. Moreover, we introduce Finch.", "Finch at Dusk", "Finch"),
        ("We study gates. Moreover, we introduce Late Owls (Finch).", "Late Owls at Dusk", "Finch"),
        ("Gates are slow. We introduce Finch.", "Gates at Dusk", "Finch"),
    ],
)
def test_a_paper_is_not_called_by_a_further_thing_that_it_makes(text: str, title: str, called: str) -> None:
    assert name_of(titled(text, title, "Finch")) == called


def test_a_short_form_may_begin_with_a_small_letter() -> None:
    text = "Diffuse owl nets (dONs) are new. We add a rule for dON inference."
    assert spelt_out("a rule for dON inference", text) == "a rule for diffuse owl net (dON) inference"
    assert short_forms("We add a rule for dON inference", text) == {"dON": "diffuse owl net"}


def test_a_series_is_no_plural_of_serie() -> None:
    said = spelt_out("a gate for TS tokens", "Long time series (TS) are hard. A gate for TS tokens helps.")
    assert said == "a gate for time series (TS) tokens"
