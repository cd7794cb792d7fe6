# SPDX-License-Identifier: GPL-2.0-or-later
"""labyrinth hook, by git's own pre-commit hook and by pre-commit out of a real clone."""
import json
import os
import shutil
import subprocess

import pytest

import driver
from conftest import ROOT, clean_env, run

BUG = ("\nstatic DEFINE_SPINLOCK(odd);\nvoid odd_sleep(void);\nvoid odd_sleep(void)\n{\n\tspin_lock(&odd);\n"
       "\tmsleep(1);\n\tspin_unlock(&odd);\n}\n")


class Repo(driver.Driver):
    """The driver in a git repository, built once."""

    def git(self, *words, ok=True, **env):
        done = subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], cwd=self.folder,
                              env=self.env(**env), check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert not ok or done.returncode == 0, done.stdout
        return done

    def hook(self, *words, cwd=None, **env):
        return subprocess.run([self.labyrinth, "hook", *words], cwd=cwd or self.folder, env=self.env(**env), check=False,
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def add(self, name, text):
        path = self.folder / name
        path.write_text(path.read_text() + text)


@pytest.fixture
def repo(tmp_path, kernel_headers, labyrinth, plugin):
    made = Repo(tmp_path / "drv", kernel_headers, labyrinth, plugin)
    made.git("init", "-q")
    (made.folder / ".gitignore").write_text("*.o\n*.ko\n*.mod*\n.*.cmd\nModule.symvers\nmodules.order\n")
    made.git("add", "-A")
    made.git("commit", "-qm", "first")
    made.make(check=None)
    return made


def test_what_is_old_does_not_stop(repo):
    """a.c has a finding in HEAD already; a change beside it, which moves its line, brings none."""
    path = repo.folder / "a.c"
    path.write_text("\n\n/* moved */\n" + path.read_text())
    repo.git("add", "a.c")
    done = repo.hook()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_what_is_new_stops_with_its_path(repo):
    repo.add("a.c", BUG)
    repo.git("add", "a.c")
    before = repo.listing()
    done = repo.hook()
    assert done.returncode == 1
    assert driver.found(done.stdout) == [("a.c", 20)] and done.stdout.startswith("a.c:20:")
    assert "a.c:19:2: note: in odd_sleep(): becomes atomic here" in done.stdout
    assert "1 new finding; labyrinth explain sleep-in-atomic" in done.stderr
    assert repo.listing() == before and list(repo.tmp.iterdir()) == []


def test_the_index_counts_not_the_work_tree(repo):
    clean = (repo.folder / "a.c").read_text()
    repo.add("a.c", BUG)
    repo.git("add", "a.c")
    (repo.folder / "a.c").write_text(clean)
    assert repo.hook().returncode == 1
    repo.git("add", "a.c")
    repo.add("b.c", "\n/* staged */\n")
    repo.git("add", "b.c")
    repo.add("b.c", BUG)
    assert repo.hook().returncode == 0
    assert repo.hook("b.c").returncode == 1, "named files are those of the work tree"
    # a header that only the index has right
    (repo.folder / "small.h").write_text("#error not this one\n")
    assert repo.hook().returncode == 0


def test_a_folder_below_and_names_from_there(repo):
    (repo.folder / "sub").mkdir()
    repo.add("a.c", BUG)
    assert driver.found(repo.hook("../a.c", cwd=repo.folder / "sub").stdout) == [("a.c", 20)]


def test_known_ones_do_not_stop(repo):
    repo.add("a.c", BUG)
    repo.git("add", "a.c")
    printed = repo.hook("--known", os.devnull)
    assert printed.returncode == 1
    doc = json.loads(run(repo.labyrinth, "check", "--format=json", "--compile-commands", commands(repo)).stdout)
    line = next(f for f in doc["findings"] if f["sink"]["function"] == "odd_sleep")["fingerprint"]
    (repo.folder / ".labyrinth-known").write_text(f"a.c sleep-in-atomic {line} odd_sleep() msleep()  # boot only\n")
    assert repo.hook().returncode == 0
    assert "nowhere: No such file" in repo.hook("--known", "nowhere").stderr


def commands(repo):
    """compile_commands.json of one source, with the command that kbuild saved."""
    saved = (repo.folder / ".a.o.cmd").read_text().splitlines()[0].split(" := ", 1)[1].split(" ;")[0]
    path = repo.folder / "compile_commands.json"
    path.write_text(json.dumps([{"directory": os.path.realpath(repo.headers), "file": str(repo.folder / "a.c"),
                                 "command": saved}]))
    return path


def test_a_list_of_commands_comes_before_kbuilds(repo):
    commands(repo)
    for saved in repo.folder.glob(".*.cmd"):
        saved.unlink()
    repo.add("a.c", BUG)
    repo.add("b.c", BUG.replace("odd", "even"))
    repo.git("add", "a.c", "b.c")
    done = repo.hook()
    assert done.returncode == 1 and driver.found(done.stdout) == [("a.c", 20)]
    assert "b.c: skipped: no command compiles it yet; build it once" in done.stderr


def test_what_it_skips_is_said(repo):
    (repo.folder / "new.c").write_text('#include "small.h"\n')
    (repo.folder / "c.c").write_text("int f( {\n")
    (repo.folder / "small.h").write_text((repo.folder / "small.h").read_text() + "\n")
    repo.git("add", "new.c", "c.c", "small.h")
    done = repo.hook()
    said = done.stderr.splitlines()
    assert done.returncode == 0 and len(said) == 3, said
    assert said[0] == ("labyrinth: new.c: skipped: no command compiles it yet; build it once, or write "
                       "compile_commands.json")
    assert said[1].startswith("labyrinth: 1 headers are looked at") and "c.c: skipped: c.c:1:" in said[2]


def test_bad_input(repo, tmp_path):
    done = repo.hook("nowhere.c")
    assert done.returncode == 2 and "nowhere.c: no such file in" in done.stderr
    (repo.folder / "compile_commands.json").write_text("[")
    repo.git("add", "a.c")
    repo.add("a.c", "\n")
    done = repo.hook("a.c")
    assert done.returncode == 2 and "compile_commands.json: not a list of compile commands" in done.stderr
    done = repo.hook(cwd=tmp_path, GIT_CEILING_DIRECTORIES=str(tmp_path.parent))
    assert done.returncode == 2 and "this is no git repository" in done.stderr and done.stderr.count("\n") == 1


# ---- git's own hook -----------------------------------------------------------------------------
def test_as_gits_own_hook(repo):
    assert repo.hook("--install").stdout.strip().endswith("hooks/pre-commit")
    assert repo.hook("--install").returncode == 0, "ours is replaced"
    repo.add("b.c", "\n/* fine */\n")
    repo.git("commit", "-qam", "fine")
    repo.add("b.c", BUG)
    done = repo.git("commit", "-qam", "bad", ok=False)
    assert done.returncode == 1 and "odd_sleep" in done.stdout
    assert repo.git("log", "--format=%s").stdout.split() == ["fine", "first"]
    repo.git("commit", "-qam", "forced", "--no-verify")


def test_a_foreign_hook_is_left_alone(repo):
    path = repo.folder / ".git/hooks/pre-commit"
    path.parent.mkdir(exist_ok=True)
    path.write_text("#!/bin/sh\nexit 0\n")
    done = repo.hook("--install")
    assert done.returncode == 2 and "not ours; add this line to it" in done.stderr
    assert path.read_text() == "#!/bin/sh\nexit 0\n"


# ---- the whole program --------------------------------------------------------------------------
def test_program(repo):
    done = repo.hook("--program")
    assert done.returncode == 0 and "skipped: no object here holds facts" in done.stderr
    repo.make(repo.plugin_flags("quiet"), check=None)
    done = repo.hook("--program")
    assert done.returncode == 1 and driver.found(done.stdout) == [driver.ACROSS, driver.ALONE]
    run(repo.labyrinth, "check", "--format=baseline", "--root", repo.folder, "-o", repo.folder / ".labyrinth-known",
        repo.folder)
    assert repo.hook("--program").returncode == 0


# ---- pre-commit -----------------------------------------------------------------------------------
# Debian 12 has 3.0.4. Release 4 was not run here; it drops no key that the manifest uses.
KEYS = {"id", "name", "description", "entry", "language", "types", "types_or", "require_serial", "pass_filenames",
        "always_run"}


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A clone as pre-commit makes it, of this checkout's tracked files: nothing is built in it."""
    if not os.path.exists("/usr/bin/pre-commit"):
        pytest.skip("pre-commit is not installed (make deps)")
    place = tmp_path_factory.mktemp("clone") / "labyrinth"
    place.mkdir()
    names = run("git", "-C", ROOT, "ls-files", "-co", "--exclude-standard", "-z").stdout.split("\0")
    for name in (n for n in names if n and (ROOT / n).exists()):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, place / name, follow_symlinks=False)
    for words in (["init", "-q"], ["add", "-A"], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"]):
        run("git", "-C", place, *words, env=clean_env())
    return place


def pre_commit(repo, clone, *ids, path=None):
    head = run("git", "-C", clone, "rev-parse", "HEAD", env=clean_env()).stdout.strip()
    hooks = "".join(f"  - id: {i}\n" for i in ids)
    (repo.folder / ".pre-commit-config.yaml").write_text(f"repos:\n- repo: {clone}\n  rev: {head}\n  hooks:\n{hooks}")
    repo.git("add", ".pre-commit-config.yaml")
    env = repo.env(PRE_COMMIT_HOME=str(repo.folder.parent / "pc"), PATH=path or os.environ["PATH"])
    env.pop("LABYRINTH", None)
    return subprocess.run(["/usr/bin/pre-commit", "run", "--verbose"], cwd=repo.folder, env=env, check=False,
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def beside(repo):
    """A PATH with the command in front, as if it were installed."""
    return f"{repo.labyrinth.parent}:{os.environ['PATH']}"


def test_manifest_has_only_keys_that_all_releases_know():
    text = (ROOT / ".pre-commit-hooks.yaml").read_text().splitlines()
    keys = {x[2:].split(":")[0] for x in text if x[:2] in ("- ", "  ") and ":" in x}
    assert keys == KEYS
    assert [x.split(": ")[1] for x in text if x.startswith("- id")] == ["labyrinth", "labyrinth-cocci", "labyrinth-program"]


def test_pre_commit_with_the_installed_command(repo, clone):
    repo.add("a.c", "\n/* fine */\n")
    repo.git("add", "a.c")
    done = pre_commit(repo, clone, "labyrinth", path=beside(repo))
    assert done.returncode == 0 and "Passed" in done.stdout, done.stdout
    repo.add("a.c", BUG)
    repo.git("add", "a.c")
    done = pre_commit(repo, clone, "labyrinth", path=beside(repo))
    assert done.returncode == 1 and "odd_sleep" in done.stdout and "Failed" in done.stdout


def test_pre_commit_builds_it_once(repo, clone):
    """No command on the PATH: the clone is built, which is said, and the next run takes that."""
    plain = ":".join(p for p in os.environ["PATH"].split(":") if not os.path.exists(os.path.join(p, "labyrinth")))
    repo.add("a.c", BUG)
    repo.git("add", "a.c")
    done = pre_commit(repo, clone, "labyrinth", path=plain)
    assert done.returncode == 1 and "building it once" in done.stdout and "odd_sleep" in done.stdout, done.stdout
    done = pre_commit(repo, clone, "labyrinth", "labyrinth-program", path=plain)
    assert "building" not in done.stdout and "odd_sleep" in done.stdout
    assert "skipped: no object here holds facts" in done.stdout


def test_pre_commit_with_the_rules_for_coccinelle(repo, clone):
    if not shutil.which("spatch"):
        pytest.skip("spatch is not installed (make deps)")
    repo.add("c.c", "\n/* fine */\n")
    repo.git("add", "c.c")
    done = pre_commit(repo, clone, "labyrinth-cocci", path=beside(repo))
    assert done.returncode == 0 and "Passed" in done.stdout, done.stdout
    repo.add("c.c", BUG)
    repo.git("add", "c.c")
    done = pre_commit(repo, clone, "labyrinth-cocci", path=beside(repo))
    assert done.returncode == 1 and "msleep() in atomic context since line" in done.stdout, done.stdout


def test_the_rules_without_spatch(repo, tmp_path):
    """Said in one line with the next step; nothing was looked at, so it does not pass as fine."""
    for tool in ("/usr/bin/python3", "/usr/bin/git"):
        os.symlink(tool, tmp_path / os.path.basename(tool))
    repo.add("a.c", BUG)
    repo.git("add", "a.c")
    done = repo.hook("--cocci", PATH=str(tmp_path))
    assert done.returncode == 2 and "no spatch: apt-get install coccinelle" in done.stderr
