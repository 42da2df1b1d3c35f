"""The collector ``git`` on real repositories: what it says of them, and that they get nothing to run."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.collect import Project, collect
from gatekeeper.collect.git_program import git_variables
from gatekeeper.model.snapshot import Evidence
from tests.collect.sources import sources
from tests.lacking import needs

NOON = "2026-03-01T12:00:00+00:00"
ALONE = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ada Ångström",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada Ångström",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
}

pytestmark = needs(shutil.which("git"), "git is not installed")


@dataclass
class Repository:
    """A repository in the folder ``repo`` of a project."""

    root: Path

    @property
    def folder(self) -> Path:
        """The top of its working tree."""
        return self.root / "repo"

    def git(self, *arguments: str, **environ: str) -> str:
        """What git says."""
        return subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], **ALONE, **environ},
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()

    def commit(self, message: str = "more", at: str = NOON, *options: str, **environ: str) -> str:
        """A commit that changes a file; gives its id."""
        (self.folder / "file").write_text(f"{message} {at}")
        self.git("add", "file")
        self.git(
            "commit", "-q", "-m", message, *options, GIT_AUTHOR_DATE=at, GIT_COMMITTER_DATE=at, **environ
        )  # fmt: skip
        return self.git("rev-parse", "HEAD")

    def tag(self, name: str, *options: str, at: str = NOON, **environ: str) -> None:
        """A tag that is an object of its own."""
        self.git("tag", "-m", name, *(options or ("-a",)), name, GIT_COMMITTER_DATE=at, **environ)


def read(root: Path, **config: Any) -> Evidence:
    settings = {"collector": "git", "repository": "repo", **config}
    now = datetime.now(UTC)
    (found,) = collect(sources(it=settings), None, lambda: now, root, project=Project(root))
    return found


def value(root: Path, **config: Any) -> Any:
    found = read(root, **config)
    assert found.failure is None, found.failure
    return found.value


def refusal(root: Path, **config: Any) -> str:
    found = read(root, **config)
    assert found.value is None
    assert found.failure is not None
    return f"{found.failure.cause}: {found.failure.detail}"


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    (tmp_path / "repo").mkdir()
    made = Repository(tmp_path)
    made.git("init", "-q", "-b", "main")
    made.commit("first")
    return made


def test_the_commit_that_is_checked_out(repo: Repository) -> None:
    commit = repo.commit("second", "2026-03-02T10:00:00+02:00")
    found = read(repo.root)
    assert found.value == {
        "commit": commit,
        "signature": "none",
        "author": "Ada Ångström",
        "author_email": "ada@example.com",
        "committed_at": "2026-03-02T08:00:00Z",
        "branch": "main",
        "shallow": False,
        "dirty": False,
        "untracked": False,
        "tags": [],
        "latest_tag": None,
        "commits_since_tag": None,
        "upstream": None,
        "ahead": None,
        "behind": None,
    }
    assert found.subject is not None
    assert found.subject.commit == commit
    assert (found.source, found.request, found.attempts) == ("git repo", "git HEAD of repo", 1)


def test_tags_of_the_commit_and_the_latest_before_it(repo: Repository) -> None:
    repo.tag("v1.0", at="2026-03-01T13:00:00Z")
    repo.git("tag", "light")
    repo.commit("a", "2026-03-01T14:00:00Z")
    repo.tag("v0.9.1", at="2026-03-01T15:00:00Z")
    repo.commit("b", "2026-03-01T16:00:00Z")
    repo.commit("c", "2026-03-01T17:00:00Z")
    later = value(repo.root)
    assert later["tags"] == []
    assert later["latest_tag"] == {
        "name": "v0.9.1", "annotated": True, "tagged_at": "2026-03-01T15:00:00Z", "signature": "none",
    }  # fmt: skip
    assert later["commits_since_tag"] == 2
    assert value(repo.root, tags="v1*")["latest_tag"]["name"] == "v1.0"
    assert value(repo.root, tags="w*")["latest_tag"] is None
    repo.git("checkout", "-q", "--detach", "v1.0")
    first = value(repo.root)
    assert first["branch"] is None
    assert [each["name"] for each in first["tags"]] == ["light", "v1.0"]
    assert first["tags"][0] == {"name": "light", "annotated": False, "tagged_at": None, "signature": "none"}
    assert first["commits_since_tag"] == 0


def test_a_tag_that_is_on_another_branch_does_not_count(repo: Repository) -> None:
    repo.git("checkout", "-q", "-b", "other")
    repo.commit("elsewhere")
    repo.tag("v9")
    repo.git("checkout", "-q", "main")
    assert value(repo.root)["latest_tag"] is None


@pytest.mark.parametrize(
    ("change", "dirty", "untracked"),
    [
        (lambda folder: (folder / "file").write_text("changed"), True, False),
        (lambda folder: (folder / "file").unlink(), True, False),
        (lambda folder: (folder / "file").chmod(0o755), True, False),
        (lambda folder: (folder / "new name\n").write_text(""), False, True),
        (lambda folder: (folder / "junk").write_text(""), False, False),
    ],
    ids=["changed", "removed", "mode", "new", "ignored"],
)  # fmt: skip
def test_what_was_changed_since(change: Any, dirty: bool, untracked: bool, repo: Repository) -> None:
    (repo.folder / ".git/info/exclude").write_text("junk")
    change(repo.folder)
    found = value(repo.root)
    assert (found["dirty"], found["untracked"]) == (dirty, untracked)


def test_what_is_staged_counts_as_changed(repo: Repository) -> None:
    (repo.folder / "other").write_text("x")
    repo.git("add", "other")
    assert value(repo.root)["dirty"]


def test_how_far_the_branch_is_from_the_one_that_it_follows(repo: Repository) -> None:
    clone = Repository(repo.root / "there")
    clone.root.mkdir()
    repo.git("clone", "-q", str(repo.folder), str(clone.folder))
    assert (value(clone.root)["upstream"], value(clone.root)["ahead"]) == ("origin/main", 0)
    clone.commit("ours")
    repo.commit("theirs 1")
    repo.commit("theirs 2")
    clone.git("fetch", "-q")
    found = value(clone.root)
    assert (found["ahead"], found["behind"]) == (1, 2)


def test_a_shallow_clone_is_not_whole_unless_that_will_do(repo: Repository) -> None:
    repo.tag("v1")
    repo.commit("second")
    clone = Repository(repo.root / "there")
    clone.root.mkdir()
    repo.git("clone", "-q", "--depth=1", f"file://{repo.folder}", str(clone.folder))
    assert refusal(clone.root).startswith("truncated: the clone is shallow")
    found = value(clone.root, allow_shallow=True)
    assert found["shallow"]
    assert (found["latest_tag"], found["commits_since_tag"], found["ahead"]) == (None, None, None)


def test_a_repository_without_a_commit_has_nothing_to_say(tmp_path: Path) -> None:
    (tmp_path / "repo").mkdir()
    Repository(tmp_path).git("init", "-q")
    assert refusal(tmp_path) == 'failed: "repo" has no commit yet'


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("repo/deeper", '"repo/deeper" is no repository with a working tree'),
        ("gone", 'there is no folder "gone"'),
        ("repo/file", 'there is no folder "repo/file"'),
        ("../outside", "leads out of the project's root"),
        ("/etc", "is no relative path: name it from the project's root"),
        ("link", "leads through a symbolic link"),
    ],
)
def test_only_the_top_of_a_repository_of_the_project_is_read(name: str, said: str, repo: Repository) -> None:
    (repo.folder / "deeper").mkdir()
    (repo.root / "link").symlink_to(repo.folder)
    assert said in refusal(repo.root, repository=name)


def test_a_bare_repository_that_lies_in_a_tree_is_not_taken_for_one(repo: Repository) -> None:
    repo.git("clone", "-q", "--bare", ".", "bare")
    assert "is no repository with a working tree" in refusal(repo.root, repository="repo/bare")


def test_a_working_tree_elsewhere_is_refused(repo: Repository) -> None:
    (repo.root / "elsewhere").mkdir()
    repo.git("config", "core.worktree", str(repo.root / "elsewhere"))
    assert "lies in another folder (core.worktree)" in refusal(repo.root)


@needs(os.geteuid() == 0, "only root may give files away")
def test_a_repository_of_another_user_is_read_only_when_that_is_said(repo: Repository) -> None:
    for folder, _folders, names in os.walk(repo.folder):
        for path in (Path(folder), *(Path(folder, name) for name in names)):
            os.chown(path, 65534, 65534)
    assert "belongs to another user" in refusal(repo.root)
    assert value(repo.root, any_owner=True)["branch"] == "main"


def test_without_git_it_says_so(repo: Repository) -> None:
    (found,) = collect(
        sources(it={"collector": "git", "repository": "repo"}),
        None,
        lambda: datetime.now(UTC),
        repo.root,
        environ={"PATH": str(repo.root)},
        project=Project(repo.root),
    )
    assert found.failure is not None
    assert found.failure.detail == 'there is no program "git" on PATH'


def test_git_gets_nothing_of_this_process_but_where_programs_are(repo: Repository) -> None:
    """A variable could name another repository, a program to run, or settings with either."""
    hostile = {
        "GIT_DIR": "/nowhere",
        "GIT_EXEC_PATH": "/nowhere",
        "GIT_CONFIG_PARAMETERS": "'core.fsmonitor=touch /tmp/x'",
        "GIT_TRACE": "1",
        "HOME": str(repo.root),
        "LD_PRELOAD": "/nowhere/evil.so",
        "TOKEN": "canary-0123456789",
    }
    given = git_variables({"PATH": f"{os.environ['PATH']}:.:relative", **hostile})
    assert not hostile.keys() & given.keys()
    assert all(Path(each).is_absolute() for each in given["PATH"].split(os.pathsep))
    settings = sources(it={"collector": "git", "repository": "repo"})
    environ = {"PATH": os.environ["PATH"], **hostile}
    now = datetime.now(UTC)
    (found,) = collect(settings, None, lambda: now, repo.root, environ=environ, project=Project(repo.root))
    assert found.failure is None, found.failure


def _trap(folder: Path, name: str) -> Path:
    """A program that leaves the mark when it is run."""
    mark = folder / f"{name}.mark"
    program = folder / f"{name}.sh"
    program.write_text(f"#!/bin/sh\ntouch {mark}\ncat\n")
    program.chmod(0o755)
    return mark


def test_nothing_that_the_repository_names_is_run(repo: Repository) -> None:
    traps = repo.root / "traps"
    traps.mkdir()
    marks = {}
    for name in ("clean", "process", "monitor", "gpg", "ssh", "hook"):
        marks[name] = _trap(traps, name)
    repo.tag("v1")
    head = repo.git("cat-file", "commit", "HEAD").replace(
        "\n\n", "\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n\n", 1
    )
    (repo.root / "commit").write_text(head + "\n")
    signed = repo.git("hash-object", "-t", "commit", "-w", str(repo.root / "commit"))
    repo.git("reset", "-q", "--hard", signed)
    shutil.copy(traps / "hook.sh", repo.folder / ".git/hooks/post-index-change")
    (repo.folder / ".gitattributes").write_text("file filter=a.b=c\n")
    included = repo.root / "included"
    repo.git("config", "include.path", str(included))
    for setting, program in {
        "filter.a.b=c.clean": str(traps / "clean.sh"),
        "filter.a.b=c.required": "true",
        "core.fsmonitor": str(traps / "monitor.sh"),
        "gpg.program": str(traps / "gpg.sh"),
        "gpg.openpgp.program": str(traps / "gpg.sh"),
        "core.sshCommand": str(traps / "ssh.sh"),
        "log.showSignature": "true",
        "core.hooksPath": str(repo.folder / ".git/hooks"),
    }.items():
        repo.git("config", "--file", str(included), setting, program)
    os.utime(repo.folder / "file", (1, 1))  # so that its content is looked at
    found = value(repo.root)
    assert found["signature"] == "unknown"
    assert not [name for name, mark in marks.items() if mark.exists()]
    # That these are traps: git on its own falls into them.
    repo.git("status")
    subprocess.run(["git", "log", "-1"], cwd=repo.folder, env={**os.environ, **ALONE}, check=False, capture_output=True)
    assert {name for name, mark in marks.items() if mark.exists()} >= {"clean", "monitor", "gpg", "hook"}


def test_reading_changes_nothing_in_the_repository(repo: Repository) -> None:
    os.utime(repo.folder / "file", (1, 1))  # git would like to write this down
    before = (repo.folder / ".git/index").read_bytes()
    value(repo.root)
    assert (repo.folder / ".git/index").read_bytes() == before


def test_a_replacement_of_the_commit_is_not_believed(repo: Repository) -> None:
    real = repo.git("rev-parse", "HEAD")
    made = repo.git("commit-tree", "HEAD^{tree}", "-m", "forged", GIT_COMMITTER_DATE="2001-01-01T00:00:00Z")
    repo.git("replace", real, made)
    assert value(repo.root)["committed_at"] == "2026-03-01T12:00:00Z"


def _ssh_key(repo: Repository, name: str) -> tuple[Path, str]:
    file = repo.root / name
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(file)], check=True)
    return file, f'ada@example.com namespaces="git" {file.with_suffix(".pub").read_text()}'


SSH = needs(shutil.which("ssh-keygen"), "ssh-keygen is not installed")


def _ssh_signing(file: Path) -> tuple[str, ...]:
    return ("-c", "gpg.format=ssh", "-c", f"user.signingKey={file}")


@SSH
def test_a_tag_and_a_commit_signed_with_a_known_ssh_key(repo: Repository) -> None:
    file, line = _ssh_key(repo, "key")
    (repo.root / "signers").write_text(line)
    repo.git(*_ssh_signing(file), "commit", "-q", "--allow-empty", "-S", "-m", "signed")
    repo.git(*_ssh_signing(file), "tag", "-s", "-m", "v1", "v1")
    found = value(repo.root, signers="signers")
    assert (found["signature"], found["latest_tag"]["signature"]) == ("good", "good")
    unchecked = value(repo.root)
    assert (unchecked["signature"], unchecked["latest_tag"]["signature"]) == ("unknown", "unknown")


@SSH
def test_the_signature_of_a_stranger_is_not_good(repo: Repository) -> None:
    _, line = _ssh_key(repo, "key")
    stranger, theirs = _ssh_key(repo, "stranger")
    (repo.root / "signers").write_text(line)
    (repo.root / "mine").write_text(theirs)
    repo.git(*_ssh_signing(stranger), "tag", "-s", "-m", "v1", "v1")
    # The repository cannot vouch for itself.
    repo.git("config", "gpg.ssh.allowedSignersFile", str(repo.root / "mine"))
    assert value(repo.root, signers="signers")["latest_tag"]["signature"] == "unknown"
    assert value(repo.root)["latest_tag"]["signature"] == "unknown"


@SSH
def test_a_program_of_the_repository_does_not_verify(repo: Repository) -> None:
    _, line = _ssh_key(repo, "key")
    (repo.root / "signers").write_text(line)
    stranger, _ = _ssh_key(repo, "stranger")
    repo.git(*_ssh_signing(stranger), "tag", "-s", "-m", "v1", "v1")
    mark = _trap(repo.root, "verifier")
    said = 'Good "git" signature for ada@example.com with ED25519 key SHA256:x'
    (repo.root / "verifier.sh").write_text(f"#!/bin/sh\ntouch {mark}\necho ada@example.com\necho '{said}'\n")
    repo.git("config", "gpg.ssh.program", str(repo.root / "verifier.sh"))
    assert value(repo.root, signers="signers")["latest_tag"]["signature"] == "unknown"
    assert not mark.exists()
    alone = ["git", "-c", f"gpg.ssh.allowedSignersFile={repo.root / 'signers'}", "verify-tag", "v1"]
    subprocess.run(alone, cwd=repo.folder, env={**os.environ, **ALONE}, check=False, capture_output=True)
    assert mark.exists(), "git on its own runs it"


def _forge(repo: Repository, before: str, after: str) -> None:
    """The tag ``v1`` with another content."""
    content = repo.git("cat-file", "tag", "v1")
    assert before in content
    (repo.root / "object").write_text(content.replace(before, after) + "\n")
    made = repo.git("hash-object", "-t", "tag", "-w", str(repo.root / "object"))
    repo.git("update-ref", "refs/tags/v1", made)


@SSH
def test_a_signed_tag_that_was_changed_is_bad(repo: Repository) -> None:
    file, line = _ssh_key(repo, "key")
    (repo.root / "signers").write_text(line)
    repo.git(*_ssh_signing(file), "tag", "-s", "-m", "approved", "v1")
    _forge(repo, "approved", "improved")
    assert value(repo.root, signers="signers")["latest_tag"]["signature"] == "bad"


@SSH
def test_a_signed_tag_under_another_name_is_bad(repo: Repository) -> None:
    file, line = _ssh_key(repo, "key")
    (repo.root / "signers").write_text(line)
    repo.git(*_ssh_signing(file), "tag", "-s", "-m", "v1", "v1")
    repo.git("update-ref", "refs/tags/v2", repo.git("rev-parse", "refs/tags/v1"))
    repo.git("tag", "-d", "v1")
    assert value(repo.root, signers="signers")["latest_tag"] == {
        "name": "v2",
        "annotated": True,
        "tagged_at": value(repo.root)["latest_tag"]["tagged_at"],
        "signature": "bad",
    }


@needs(shutil.which("gpg"), "gpg is not installed")
def test_openpgp_signatures(repo: Repository, tmp_path_factory: pytest.TempPathFactory) -> None:
    home = tmp_path_factory.mktemp("g")
    home.chmod(0o700)
    (home / "gpg-agent.conf").write_text("")
    environ = {"GNUPGHOME": str(home)}
    gpg = ["gpg", "--batch", "--quiet", "--passphrase", "", "--pinentry-mode", "loopback"]
    for who in ("ada", "eve"):
        subprocess.run(
            [*gpg, "--quick-generate-key", f"{who}@example.com", "ed25519", "sign", "never"],
            env={**os.environ, **environ}, check=True, capture_output=True,
        )  # fmt: skip
    exported = subprocess.run(
        [*gpg, "--armor", "--export", "ada@example.com"], env={**os.environ, **environ}, check=True, capture_output=True
    )
    (repo.root / "keys.asc").write_bytes(exported.stdout)
    try:
        repo.git("tag", "-u", "ada@example.com", "-m", "approved", "v1", **environ)
        mark = _trap(repo.root, "verifier")
        for setting in ("gpg.program", "gpg.openpgp.program"):
            repo.git("config", setting, str(repo.root / "verifier.sh"))
        assert value(repo.root, keys="keys.asc")["latest_tag"]["signature"] == "good"
        assert not mark.exists()
        repo.git("config", "--remove-section", "gpg")
        repo.git("config", "--remove-section", "gpg.openpgp")
        assert value(repo.root)["latest_tag"]["signature"] == "unknown"
        _forge(repo, "approved", "improved")
        assert value(repo.root, keys="keys.asc")["latest_tag"]["signature"] == "bad"
        repo.git("tag", "-f", "-u", "eve@example.com", "-m", "approved", "v1", **environ)
        assert value(repo.root, keys="keys.asc")["latest_tag"]["signature"] == "unknown"
        repo.git("-c", "user.signingKey=ada@example.com", "commit", "-q", "--allow-empty", "-S", "-m", "x", **environ)
        assert value(repo.root, keys="keys.asc")["signature"] == "good"
    finally:
        subprocess.run(["gpgconf", "--kill", "all"], env={**os.environ, **environ}, check=False)
    (repo.root / "no.asc").write_text("not a key")
    assert refusal(repo.root, keys="no.asc") == "mistyped: the file of keys holds no OpenPGP public keys"


def test_a_name_that_is_not_utf_8_is_no_trouble(repo: Repository) -> None:
    content = (
        repo.git("cat-file", "commit", "HEAD").replace("Ångström", "Angstrom").encode().replace(b"Ada", b"\xff\xc5")
    )
    (repo.root / "commit").write_bytes(content + b"\n")
    made = repo.git("hash-object", "-t", "commit", "-w", str(repo.root / "commit"))
    repo.git("reset", "-q", "--hard", made)
    assert value(repo.root)["author"].endswith("Angstrom")


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\x85"])
def test_a_tag_with_a_line_break_of_unicode_in_its_name_is_one_tag(mark: str, repo: Repository) -> None:
    repo.tag(f"v1{mark}x")
    found = value(repo.root)
    assert [each["name"] for each in found["tags"]] == [f"v1{mark}x"]
    assert found["latest_tag"]["name"] == f"v1{mark}x"


def test_a_repository_that_answers_too_slowly_is_failed_evidence(repo: Repository) -> None:
    slow = repo.root / "bin"
    slow.mkdir()
    (slow / "git").write_text("#!/bin/sh\nsleep 60\n")
    (slow / "git").chmod(0o755)
    (found,) = collect(
        sources(it={"collector": "git", "repository": "repo", "timeout": "1s"}),
        None,
        lambda: datetime.now(UTC),
        repo.root,
        environ={"PATH": f"{slow}:{os.environ['PATH']}"},
        project=Project(repo.root),
    )
    assert found.failure is not None
    assert found.failure.detail == '"git" did not end in time and was ended (timeout)'
