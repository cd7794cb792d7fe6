# SPDX-License-Identifier: GPL-2.0-or-later
"""SARIF, HTML and DOT, with the tools that read them."""
import html.parser
import json
import os
import re
import shutil
import subprocess

import pytest

import caselib
from conftest import run

jsonschema = pytest.importorskip("jsonschema")

CASES = {c.name: c for c in caselib.all_cases()}
SHOWN = ["sleep-in-atomic/n02_irq_handler", "sleep-in-atomic/m01_wrapper_across_files",
         "sleep-in-atomic/f36_impossible_state_all"]


class Program:
    """Objects of a few cases as one program, and the reports about it."""

    def __init__(self, labyrinth, plugin, folder):
        self.labyrinth, self.folder = labyrinth, folder
        self.objects = []
        for n, name in enumerate(SHOWN):
            out = folder / str(n)
            out.mkdir()
            self.objects += caselib.compile_units(CASES[name].sources, plugin, "debug", out)

    def report(self, form, *words):
        path = self.folder / f"report.{form}"
        run(self.labyrinth, "check", f"--format={form}", "-o", path, "--all", f"--source={caselib.CASES}",
            *words, *self.objects)
        return path.read_text()

    def json(self, *words):
        return json.loads(self.report("json", *words))["findings"]

    def sarif(self, *words):
        return json.loads(self.report("sarif", *words))


@pytest.fixture(scope="module")
def program(labyrinth, plugin, tmp_path_factory):
    made = Program(labyrinth, plugin, tmp_path_factory.mktemp("reports"))
    assert len(made.json()) >= 4
    return made


# ---- SARIF: of the standard's schema what we use, each object closed ------------------------
def record(need, **keys):
    return {"type": "object", "additionalProperties": False, "properties": keys, "required": need.split()}


def listed(items, **more):
    return {"type": "array", "items": items, **more}


TEXT = {"type": "string", "minLength": 1}
NUMBER = {"type": "integer", "minimum": 1}
MESSAGE = record("text", text=TEXT)
LEVEL = {"enum": ["none", "note", "warning", "error"]}
URI = {"type": "string", "pattern": r"^(file:///)?[A-Za-z0-9._~+,=@-]([A-Za-z0-9/._~+,=@-]|%[0-9A-F]{2})*$"}
PLACE = record("artifactLocation region",
               artifactLocation=record("uri", uri=URI, uriBaseId={"const": "SRCROOT"}),
               region=record("startLine", startLine=NUMBER, startColumn=NUMBER))
LOCATION = record("physicalLocation", physicalLocation=PLACE, message=MESSAGE, id=NUMBER,
                  logicalLocations=listed(record("fullyQualifiedName kind", fullyQualifiedName=TEXT,
                                                 kind={"const": "function"})))
STEP = record("location nestingLevel importance", location=LOCATION, nestingLevel={"type": "integer", "minimum": 0},
              importance={"enum": ["important", "essential", "unimportant"]},
              state=record("when", when=MESSAGE))
FLOW = record("threadFlows", message=MESSAGE, threadFlows=listed(record("locations", locations=listed(STEP, minItems=1)),
                                                                 minItems=1, maxItems=1))
RESULT = record("ruleId level message locations",
                ruleId=TEXT, ruleIndex={"type": "integer", "minimum": 0}, level=LEVEL, message=MESSAGE,
                locations=listed(LOCATION, minItems=1, maxItems=1), relatedLocations=listed(LOCATION, maxItems=1000),
                codeFlows=listed(FLOW, minItems=1), partialFingerprints={"type": "object", "additionalProperties": TEXT},
                baselineState={"enum": ["new", "unchanged", "updated", "absent"]},
                suppressions=listed(record("kind", kind={"enum": ["inSource", "external"]}, justification=TEXT,
                                           status={"enum": ["accepted", "underReview", "rejected"]})),
                properties={"type": "object"})
RULE = record("id shortDescription", id=TEXT, shortDescription=MESSAGE, help=MESSAGE,
              defaultConfiguration=record("level", level=LEVEL),
              properties=record("tags", tags=listed(TEXT, maxItems=20), **{"problem.severity": TEXT}))
RUN = record("tool results columnKind", tool=record("driver", driver=record("name version rules", name=TEXT, version=TEXT,
                                                                           rules=listed(RULE))),
             originalUriBaseIds=record("SRCROOT", SRCROOT=record("description", description=MESSAGE)),
             columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]}, results=listed(RESULT, maxItems=25000),
             invocations=listed(record("executionSuccessful", executionSuccessful={"type": "boolean"},
                                       toolExecutionNotifications=listed(record("message level", message=MESSAGE, level=LEVEL)))))
LOG = {"type": "object", "additionalProperties": False, "required": ["version", "runs"],
       "properties": {"$schema": TEXT, "version": {"const": "2.1.0"}, "runs": listed(RUN, minItems=1, maxItems=1)}}


def validate(doc):
    jsonschema.Draft7Validator.check_schema(LOG)
    jsonschema.validate(doc, LOG, cls=jsonschema.Draft7Validator)
    return doc["runs"][0]


def test_sarif_is_what_the_standard_says(program):
    got = validate(program.sarif())
    rules = [r["id"] for r in got["tool"]["driver"]["rules"]]
    for r in got["results"]:
        assert rules[r["ruleIndex"]] == r["ruleId"]
        steps = [s for f in r["codeFlows"] for s in f["threadFlows"][0]["locations"]]
        assert len(steps) <= 1000 and len(r["relatedLocations"]) <= 100
        assert [s["nestingLevel"] for s in r["codeFlows"][0]["threadFlows"][0]["locations"]][0] == 0


def test_the_schema_can_refuse(program):
    doc = program.sarif()
    del doc["runs"][0]["results"][0]["message"]
    with pytest.raises(jsonschema.ValidationError):
        validate(doc)


def test_sarif_says_what_json_says(program):
    want = [(f["rule"], f["message"], f["fingerprint"], f["sink"]["line"], [len(r["chain"]) for r in f["roots"]])
            for f in program.json()]
    got = []
    for r in validate(program.sarif())["results"]:
        flows = [f["threadFlows"][0]["locations"] for f in r["codeFlows"]]
        got.append((r["ruleId"], r["message"]["text"], r["partialFingerprints"]["labyrinth/v1"],
                    r["locations"][0]["physicalLocation"]["region"]["startLine"], [len(f) + 1 for f in flows]))
        assert re.search("becomes atomic|runs in atomic", flows[0][0]["location"]["message"]["text"])
    assert got == want


def test_fingerprints_do_not_move_with_lines(labyrinth, plugin, tmp_path):
    text = (caselib.CASES / "sleep-in-atomic/n02_irq_handler.c").read_text()
    prints = []
    for lead in ("", "\n\n/* moved */\n\n"):
        source = tmp_path / "moved.c"
        source.write_text(lead + text)
        objects = caselib.compile_units([source], plugin, "debug", tmp_path)
        doc = json.loads(run(labyrinth, "check", "--format=sarif", f"--root={tmp_path}", *objects).stdout)
        prints.append(sorted(r["partialFingerprints"]["labyrinth/v1"] for r in validate(doc)["results"]))
    assert prints[0] == prints[1] and prints[0]


def test_known_ones_are_suppressed_not_lost(program, tmp_path):
    known = tmp_path / "known"
    lines = [x for x in program.report("baseline").splitlines() if not x.startswith("#")]
    known.write_text(lines[0] + "  # the device cannot raise it then\n")
    results = validate(program.sarif("--baseline", known))["results"]
    assert len(results) == len(program.json())
    states = [r["baselineState"] for r in results]
    held = [r for r in results if "suppressions" in r]
    assert states.count("unchanged") == len(held) >= 1
    assert held[0]["suppressions"][0]["justification"] == "the device cannot raise it then"
    assert len(validate(program.sarif("--baseline", known, "--new-only"))["results"]) == states.count("new")


def test_odd_paths_are_uris(labyrinth, plugin, tmp_path):
    folder = tmp_path / "a b#c"
    folder.mkdir()
    shutil.copy(caselib.CASES / "sleep-in-atomic/n02_irq_handler.c", folder / "q?.c")
    objects = caselib.compile_units([folder / "q?.c"], plugin, "debug", tmp_path, plugin_args=("quiet", f"root={tmp_path}"))
    for words in ([f"--root={tmp_path}"], []):
        doc = json.loads(run(labyrinth, "check", "--format=sarif", *words, *objects).stdout)
        uris = {r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in validate(doc)["results"]}
        assert all("?" not in u and " " not in u and "#" not in u for u in uris) and uris


# ---- HTML ---------------------------------------------------------------------------------------
class Page(html.parser.HTMLParser):
    """The articles, the links, and whether every element is closed."""

    VOID = {"meta", "input", "link", "br", "img"}
    LOOSE = {"p", "li"}

    def __init__(self, text):
        super().__init__()
        self.open, self.articles, self.links, self.outside, self.tags = [], {}, [], [], []
        self.feed(text)
        assert self.open == [], self.open

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append(tag)
        if tag == "article":
            self.articles[attrs["id"]] = ""
        for key in ("src", "href", "action"):
            if key in attrs:
                (self.links if attrs[key].startswith("#") else self.outside).append(attrs[key])
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, tag

    def handle_data(self, data):
        if "article" in self.open and self.articles:
            last = list(self.articles)[-1]
            self.articles[last] += data


def test_every_finding_is_on_the_page(program):
    page = Page(program.report("html"))
    findings = program.json()
    assert len(page.articles) == len(findings)
    for f in findings:
        text = page.articles[f"f{f['fingerprint']}-{f['sink']['line']}"]
        assert f["message"] in text and f"{f['sink']['file']}:{f['sink']['line']}" in text
        for root in f["roots"]:
            for step in root["chain"]:
                assert step["function"] + "()" in text
                assert step.get("when", "") in text
    assert sorted(page.links) == sorted("#" + a for a in page.articles)
    assert page.outside == [], "the page needs nothing from elsewhere"


def test_source_stands_around_the_steps(program):
    text = Page(program.report("html"))
    line = (caselib.CASES / "sleep-in-atomic/n02_irq_handler.c").read_text().splitlines()
    for f in program.json():
        if f["sink"]["file"].endswith("n02_irq_handler.c"):
            assert line[f["sink"]["line"] - 1].strip() in text.articles[f"f{f['fingerprint']}-{f['sink']['line']}"]


def test_a_missing_source_is_said(labyrinth, program, tmp_path):
    run(labyrinth, "check", "--format=html", "-o", tmp_path / "r.html", *program.objects, cwd=tmp_path)
    assert "The source is not here." in (tmp_path / "r.html").read_text()


def test_markup_in_sources_stays_text(labyrinth, plugin, tmp_path):
    text = (caselib.CASES / "sleep-in-atomic/n02_irq_handler.c").read_text()
    (tmp_path / "x.c").write_text(text.replace("/* expect", "/* </pre><script>alert(1)</script><b>&amp; expect"))
    objects = caselib.compile_units([tmp_path / "x.c"], plugin, "debug", tmp_path)
    page = Page(run(labyrinth, "check", "--format=html", f"--source={tmp_path}", *objects).stdout)
    assert page.tags.count("script") == 1 and "<b>&amp; expect" in "".join(page.articles.values())


@pytest.fixture(scope="module")
def chromium():
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        pytest.skip("no chromium (make deps)")
    return found


def browse(chromium, *words):
    return subprocess.run([chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", *words],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True, timeout=120).stdout


def test_in_a_browser(chromium, program, build):
    """Screenshots for a person stay in build/screenshots; the DOM after the script ran is looked at here."""
    program.report("html")
    shots = build / "screenshots"
    shots.mkdir(exist_ok=True)
    url = f"file://{program.folder}/report.html"
    for width in (1200, 420):
        shot = shots / f"report-{width}.png"
        browse(chromium, f"--window-size={width},1600", f"--screenshot={shot}", url)
        assert shot.read_bytes()[:4] == b"\x89PNG" and shot.stat().st_size > 20000
    dom = browse(chromium, "--dump-dom", url)
    assert '<html lang="en" class="js">' in dom, "the script runs"
    assert dom.count("<article") == len(program.json())


# ---- DOT ------------------------------------------------------------------------------------------
def test_graphviz_draws_the_chains(program, tmp_path):
    if not shutil.which("dot"):
        pytest.skip("no graphviz (make deps)")
    program.report("dot")
    svg = run("dot", "-Tsvg", program.folder / "report.dot").stdout
    names = set(re.findall(r"<text [^>]*>(\w+)\(\)</text>", svg))
    assert {s["function"] for f in program.json() for r in f["roots"] for s in r["chain"]} == names


# ---- output ------------------------------------------------------------------------------------------
def test_an_output_that_cannot_be_written(labyrinth, program, tmp_path):
    for form in ("text", "json", "sarif", "html", "dot", "baseline"):
        done = run(labyrinth, "check", f"--format={form}", "-o", tmp_path / "no/r", *program.objects, check=False)
        assert done.returncode == 2 and done.stderr.count("\n") == 1 and "no/r: No such file" in done.stderr
        if os.path.exists("/dev/full"):
            done = run(labyrinth, "check", f"--format={form}", "-o", "/dev/full", *program.objects, check=False)
            assert done.returncode == 2 and "cannot write" in done.stderr
