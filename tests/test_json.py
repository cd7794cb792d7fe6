# SPDX-License-Identifier: GPL-2.0-or-later
"""The JSON report against a schema that knows every key, over all kinds of cases."""
import json

import pytest

import caselib
from conftest import run

jsonschema = pytest.importorskip("jsonschema")

TEXT = {"type": "string", "minLength": 1}
FILE = {"type": "string", "pattern": "^[^/]"}
COUNT = {"type": "integer", "minimum": 0}
SURE = {"enum": ["high", "low"]}
PRINT = {"type": "string", "pattern": "^[0-9a-f]{16}$"}
SLEEPS = ["sleep-in-atomic", "rt-sleep-in-atomic", "free-in-atomic"]
RULES = SLEEPS + ["unchecked-page", "page-leak", "double-hand-off", "use-after-hand-off", "free-after-hand-off",
                  "sleep-holding-page", "quality-flags", "atomic-size", "context-imbalance",
                  "needless-atomic", "annotation"]
ROLES = ["enters", "starts", "calls", "sleeps"]
OWN_ROLES = ["in", "allocates", "receives", "hands-off", "frees", "lent", "uses", "leaves", "leaves-with", "leaves-without", "loses", "takes",
             "drops", "repeats", "runs"]


def record(optional=(), **keys):
    return {"type": "object", "additionalProperties": False, "properties": keys,
            "required": [k for k in keys if k not in optional]}


def listed(items, **more):
    return {"type": "array", "items": items, **more}


STEP = record(("when", "by", "text"), text=TEXT, function=TEXT, file=FILE, line=COUNT,
              role={"enum": ROLES + OWN_ROLES}, when=TEXT, by=TEXT)
ROOT = record(context=TEXT, why={"type": "string"}, confidence=SURE, caveats=listed(TEXT),
              chain=listed(STEP, minItems=2))
FINDING = record(("reason", "behind"), reason=TEXT, behind=PRINT, rule={"enum": RULES}, fingerprint=PRINT, message=TEXT, context=TEXT, confidence=SURE,
                 sink=record(function=TEXT, file=FILE, line=COUNT, callee=TEXT),
                 roots=listed(ROOT, minItems=1, uniqueItems=True))
REFUTED = record(rule={"enum": RULES}, fingerprint=PRINT, function=TEXT, file=FILE, line=COUNT,
                 callee=TEXT, by=TEXT)
COUNTS = ("units functions merged replaced indirect_calls unresolved_calls wide_calls "
          "external_functions functions_by_facts callbacks gave_up unbalanced unrepresented doubtful")
COVERAGE = record(no_facts=listed(TEXT), facts={"type": "string"}, **dict.fromkeys(COUNTS.split(), COUNT))
OTHER = record(tool=TEXT, rule=TEXT, message=TEXT, file=TEXT, line=COUNT)
REPORT = record(("refuted", "others", "allowed"), allowed=listed(FINDING), others=listed(OTHER, minItems=1), tool={"const": "labyrinth"}, version={"type": "string", "pattern": r"^\d+\.\d+"},
                findings=listed(FINDING, uniqueItems=True), refuted=listed(REFUTED), coverage=COVERAGE)

CASES = {c.name: c for c in caselib.all_cases()}
WAYS = [("sleep-in-atomic/n02_irq_handler", []), ("sleep-in-atomic/m01_wrapper_across_files", ["--refuted"]),
        ("sleep-in-atomic/f36_impossible_state_all", ["--all"]),
        ("sleep-in-atomic/f17_accepted", ["--coverage", "--allowed"]),
        *[(f"{rule}/a_bad", []) for rule in RULES[3:]], ("annotation/a_ok", ["--allowed"]), ("rt-sleep-in-atomic/r04_handlers", ["--rt"]),
        ("sleep-in-atomic/m07_rt_is_not_asked", []), ("sleep-in-atomic/f39_mask_before_loop", [])]


def validate(doc):
    jsonschema.Draft7Validator.check_schema(REPORT)
    jsonschema.validate(doc, REPORT, cls=jsonschema.Draft7Validator)
    for f in doc["findings"]:
        for root in f["roots"]:
            roles = [s["role"] for s in root["chain"]]
            assert all(("text" in s) == (f["rule"] not in SLEEPS) for s in root["chain"])
            if f["rule"] not in SLEEPS:
                continue
            assert roles[0] in ("enters", "starts") and roles[-1] == "sleeps", roles
            assert set(roles[1:-1]) == {"calls"}
            assert f["sink"]["callee"] in [s["function"] for s in root["chain"]]
        assert (f["confidence"] == "low") == all(r["confidence"] == "low" for r in f["roots"])


@pytest.mark.parametrize("name,args", WAYS, ids=[n for n, _ in WAYS])
def test_report_is_what_the_schema_says(name, args, labyrinth, plugin, tmp_path):
    case = CASES[name]
    root = f"--root={case.path if case.path.is_dir() else case.path.parent}"
    objects = caselib.compile_units(case.sources, plugin, "debug", tmp_path, case.words["cflags"])
    doc = caselib.check(labyrinth, objects, [*args, root])
    validate(doc)
    assert ("refuted" in doc) == ("--refuted" in args)
    assert bool(doc["findings"]) == bool(case.markers)
    assert doc["coverage"]["units"] == len(objects)


def test_objects_without_facts_are_named(labyrinth, plugin, tmp_path):
    case = CASES["sleep-in-atomic/n02_irq_handler"]
    objects = caselib.compile_units(case.sources, plugin, "debug", tmp_path)
    (tmp_path / "plain.c").write_text("int plain;\n")
    run("gcc", "-c", "-o", tmp_path / "plain.o", tmp_path / "plain.c")
    doc = caselib.check(labyrinth, [*objects, tmp_path / "plain.o"], [f"--root={case.path.parent}"])
    validate(doc)
    assert doc["coverage"]["no_facts"] == [str(tmp_path / "plain.o")]
    text = caselib.run(labyrinth, "check", "--coverage", *objects, tmp_path / "plain.o")
    assert f"coverage: no facts in {tmp_path}/plain.o: not looked at\n" in text


def test_the_schema_can_say_no(labyrinth, plugin, tmp_path):
    case = CASES["sleep-in-atomic/n02_irq_handler"]
    objects = caselib.compile_units(case.sources, plugin, "debug", tmp_path)
    doc = caselib.check(labyrinth, objects, [f"--root={case.path.parent}"])
    for spoil in (lambda d: d.pop("tool"), lambda d: d["findings"][0].update(line=3),
                  lambda d: d["findings"][0]["sink"].update(line="3"),
                  lambda d: d["findings"][0]["roots"].clear(),
                  lambda d: d["findings"][0]["roots"][0]["chain"][0].update(file="/abs"),
                  lambda d: d["coverage"].pop("no_facts")):
        wrong = json.loads(json.dumps(doc))
        spoil(wrong)
        with pytest.raises(jsonschema.ValidationError):
            validate(wrong)
