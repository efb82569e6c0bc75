"""The story in order: chapters of commits, and what was trained on them; what the team wrote down besides is in life.py."""

from .story import MODEL, Chapter, Commit, Job, at


def _train(name: str, *flags: str, register: bool = False) -> tuple[str, ...]:
    return ("train.py", "--name", name, *flags, *(("--register", MODEL) if register else ()))


SPRING = Chapter(
    "spring: the first version",
    (
        Commit("01-skeleton", at("2013-02-18 09:12"), "priya", "A place to work in", ("README.md", ".gitignore")),
        Commit("02-data-contract", at("2013-02-20 15:40"), "tomas", "Say what the columns mean", ("docs/data.md",)),
        Commit(
            "03-first-trees",
            at("2013-03-04 11:05"),
            "jonas",
            "Boosted trees on what is known two hours before",
            ("features.py", "train.py"),
            reviewed_by="ines",
        ),
        Commit("04-goals", at("2013-03-06 10:30"), "mara", "Say what good is", ("docs/goals.md",)),
        Commit("05-lock", at("2013-03-20 16:22"), "priya", "Pin every package", ("requirements.lock",)),
        Commit(
            "06-scoring",
            at("2013-03-22 13:48"),
            "priya",
            "Score week by week, and hand versions over by alias",
            ("features.py", "score.py", "release.py"),
            reviewed_by="jonas",
        ),
        Commit("07-owners", at("2013-03-25 09:20"), "priya", "Say who answers for what", ("CODEOWNERS", "mlcockpit.toml")),
        Commit("08-runbook", at("2013-03-29 17:31"), "sam", "What to do at night", ("docs/runbook.md",)),
    ),
    (
        Job("v1", at("2013-04-01 05:40"), "jonas", _train("jan-feb", register=True)),
        Job(
            "sweep-march",
            at("2013-04-02 14:02"),
            "jonas",
            _train("sweep-march", "--sweep", "learning_rate=0.05,0.2", "leaves=7,15,31"),
        ),
        Job("baseline", at("2013-04-01 05:25"), "ines", _train("baseline", "--model", "baseline")),
    ),
)

SUMMER = Chapter(
    "summer: a version that warns too often",
    (
        Commit("09-wind-note", at("2013-04-08 10:11"), "tomas", "Note the 1 048 mph wind", ("docs/data.md",)),
        Commit(
            "10-observe",
            at("2013-04-22 15:55"),
            "ines",
            "Measure what travellers got, from the logs",
            ("observe.py",),
            reviewed_by="mara",
        ),
        Commit("11-guardrail", at("2013-05-06 09:45"), "mara", "At most a fifth of flights", ("docs/goals.md", "mlcockpit.toml")),
        Commit(
            "12-slices",
            at("2013-05-27 11:37"),
            "ines",
            "Look at large carriers apart, and at the score tree by tree",
            ("train.py",),
            reviewed_by="jonas",
        ),
    ),
    (
        Job("v2", at("2013-07-03 09:50"), "ines", _train("half-year", "--train", "2013-01..2013-06", register=True)),
        Job(
            "sweep-may",
            at("2013-05-29 13:20"),
            "ines",
            _train("sweep-may", "--train", "2013-01..2013-02", "--sweep", "rows_a_leaf=20,320", "trees=40,160"),
        ),
        Job(
            "leak",
            at("2013-05-28 17:05"),
            "jonas",
            _train("late-info", "--extra", "dep_delay"),
            planted="leak: dep_delay is known only after departure",
        ),
        Job(
            "v3",
            at("2013-07-04 08:35"),
            "jonas",
            _train("half-year-again", "--train", "2013-01..2013-06", register=True),
            ("v2",),
            planted="duplicate: version 2 trained once more by somebody else",
        ),
    ),
)

AUTUMN = Chapter(
    "autumn: one leaves, one joins",
    (
        Commit("13-rollback", at("2013-07-17 14:03"), "sam", "How to go back", ("docs/runbook.md",)),
        Commit("14-july", at("2013-07-23 16:18"), "mara", "Why we went back", ("docs/2013-07-alerts.md",)),
        Commit(
            "branch",
            at("2013-08-20 18:47"),
            "jonas",
            "One threshold a carrier, unfinished",
            ("thresholds.py",),
            branch="jonas/threshold-by-carrier",
        ),
        Commit("15-notes", at("2013-08-26 10:26"), "jonas", "Notes before I go", ("docs/notes-jonas.md",)),
        Commit("16-owners", at("2013-09-02 09:15"), "ines", "Jonas has left: code is mine", ("CODEOWNERS",)),
        Commit(
            "17-wind",
            at("2013-09-05 13:33"),
            "ines",
            "Take impossible wind out",
            ("features.py",),
            reviewed_by="tomas",
        ),
    ),
    (
        Job(
            "v4",
            at("2013-09-09 10:05"),
            "ines",
            _train("to-august", "--train", "2013-01..2013-08", register=True),
        ),
        Job("balance", at("2013-10-14 09:30"), "noor", ("-m", "scratch.balance")),
        Job(
            "sweep-autumn",
            at("2013-09-10 15:12"),
            "ines",
            _train("sweep-autumn", "--train", "2013-04..2013-08", "--sweep", "learning_rate=0.05,0.2", "leaves=7,31"),
        ),
        Job(
            "v5",
            at("2013-10-14 09:48"),
            "noor",
            _train("balanced", "--train", "scratch/q2-balanced.parquet", register=True),
            ("v4", "balance"),
            planted="undeclared dataset: a file from somebody's scratch folder",
        ),
        Job(
            "v6",
            at("2013-11-04 11:20"),
            "ines",
            _train("late-summer", "--train", "2013-08..2013-10", register=True),
            ("v5",),
            alone=True,
            planted="data changed afterwards: October was delivered again and replaced in place",
            change="preliminary october",
        ),
        Job(
            "dirty",
            at("2013-10-21 16:58"),
            "noor",
            _train("short-memory", "--train", "2013-06..2013-08"),
            alone=True,
            planted="dirty tree: features.py was changed and never committed",
            change="short memory",
        ),
    ),
)

NOVEMBER = Chapter(
    "november: two looks at changed code",
    (
        Commit("18-october", at("2013-11-12 09:02"), "tomas", "October came twice", ("docs/data.md",)),
    ),
    (
        Job(
            "captured",
            at("2013-11-26 10:05"),
            "ines",
            _train("calm-and-storm", "--train", "2013-07..2013-09", "--valid", "2013-10"),
            alone=True,
            captured=True,
            planted="dirty tree, captured: features.py was changed, and `mlcockpit run` kept what it was",
            change="strong wind",
        ),
        Job(
            "uncommitted",
            at("2013-12-10 17:40"),
            "noor",
            ("yesterday.py",),
            alone=True,
            planted="script never committed: yesterday.py is in no commit",
            change="loose script",
        ),
    ),
)

WINTER = Chapter(
    "winter: version 1 is old",
    (
        Commit("20-decay", at("2013-12-16 15:21"), "ines", "Version 1 is old", ("docs/2013-12-decay.md",)),
        Commit("21-outage", at("2014-01-02 08:14"), "sam", "The weather feed is silent", ("docs/runbook.md",)),
        Commit("22-project", at("2014-01-06 08:30"), "priya", "Declare goals, monitors and who is new", ("mlcockpit.toml",)),
    ),
)

CHAPTERS = (SPRING, SUMMER, AUTUMN, NOVEMBER, WINTER)
COMMITS = tuple(commit for chapter in CHAPTERS for commit in chapter.commits)
JOBS = tuple(job for chapter in CHAPTERS for job in chapter.jobs)
