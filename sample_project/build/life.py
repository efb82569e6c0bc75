"""What the team wrote down with mlcockpit, and what it released and scored between, in order; numbers come from the runs."""

from .story import ByHand, Job, Typed, at

Step = Typed | Job | ByHand


def _typed(when: str, by: str, line: str) -> Typed:
    return Typed(at(when), by, line)


def _release(key: str, when: str, by: str, *argv: str, planted: str = "") -> Job:
    return Job(key, at(when), by, ("release.py", *argv), planted=planted)


def _score(key: str, when: str, version: int, since: str, until: str) -> Job:
    return Job(key, at(when), "sam", ("score.py", "--version", str(version), "--since", since, "--until", until))


def _publish(when: str, month: str, reason: str = "monthly delivery") -> Typed:
    return _typed(when, "tomas", f"data publish flights data/flights-{month}.parquet --reason '{reason}'")


LAUNCH: tuple[Step, ...] = (
    _typed("2013-03-25 10:00", "priya", "sync"),
    _publish("2013-03-25 10:20", "2013-01"),
    _publish("2013-03-25 10:22", "2013-02"),
    _typed(
        "2013-03-25 11:00",
        "mara",
        "handoff offer H1 metric/warned jonas --title 'Warn two in five, with every second alert right' --due 2013-03-28"
        " --evidence '1=docs/goals.md' --evidence '2=who gets an alert two hours before departure'"
        " --evidence '3=docs/goals.md: a useless alert costs a change, a missing one a traveller'"
        " --evidence '4=once an hour, some 330 flights a day' --evidence '5=travellers by carrier'",
    ),
    _typed("2013-03-25 11:40", "tomas", "handoff offer H2 data/flights jonas --due 2013-03-28 --met 1 --met 3 --met 4"
        " --evidence '2=docs/data.md' --evidence '5=docs/data.md, known gaps' --evidence '6=monthly, third working day'"
        " --evidence '7=arr_delay > 30 or empty'"),
    _typed("2013-03-26 09:10", "jonas", "handoff return ho/1 'At which point would we switch it off?'"),
    _typed("2013-03-26 11:30", "mara", "handoff offer ho/1 --evidence '6=useful under .40 for four weeks'"),
    _typed("2013-03-26 13:05", "jonas", "handoff accept ho/1"),
    _typed("2013-03-27 09:00", "jonas", "handoff accept ho/2"),
    _typed(
        "2013-03-27 15:00",
        "mara",
        "decide 'Where does the alert threshold lie?' --choice 'At the score that the busiest fifth of March exceeds'"
        " --context 'A fixed probability would alert too often in storms' --about model/gatewise --by mara jonas",
    ),
    _publish("2013-04-01 05:00", "2013-03", "brought forward for the launch"),
    _typed("2013-04-01 06:20", "priya", "sync"),
    _typed("2013-04-01 06:30", "jonas", "promote gatewise@1 production --comment 'First version, threshold drawn on March'"),
    _typed(
        "2013-04-01 06:40",
        "jonas",
        "handoff offer H3 model/gatewise@1 priya --due 2013-04-01 --evidence '1=promo/1' --evidence '3=in the registry'"
        " --evidence '4=docs/goals.md and the project file' --evidence '5=read by carrier, not logged yet'"
        " --evidence '6=run/baseline' --evidence '7=first five rows of March'",
    ),
    _typed("2013-04-01 07:00", "mara", "approve promo/1 --comment 'Read the March numbers with Ines'"),
    _typed("2013-04-01 07:10", "priya", "waive promo/1 --check 2 --why 'We cannot rebuild a run yet' --until 2013-07-01"),
    _typed("2013-04-01 07:15", "mara", "handoff waive ho/3 2 --why 'Waived with the gate'"),
    _typed("2013-04-01 07:25", "priya", "handoff accept ho/3"),
    _release("serve-v1", "2013-04-01 08:00", "priya", "champion=1", "--serve", "production"),
    _typed("2013-04-01 08:00", "priya", "deploy promo/1 --reason 'Launch'"),
    _score("score-spring", "2013-07-08 00:00", 1, "2013-04-01T08:00", "2013-07-08"),
    _typed("2013-04-01 08:10", "priya", "sync"),
    _typed(
        "2013-04-02 09:30",
        "priya",
        "handoff offer H4 env/production sam --due 2013-04-05 --evidence '1=README.md' --evidence '2=mlcockpit.toml'"
        " --met 3 --evidence '5=none: all at once, 330 flights a day' --evidence '7=an alert two hours before departure'",
    ),
    _typed("2013-04-02 10:00", "jonas", "handoff done ho/2 --note 'Trained on it'"),
    _typed("2013-04-03 08:20", "sam", "handoff return ho/4 'Who is on call at night?'"),
    _typed("2013-04-03 16:00", "priya", "handoff offer ho/4 --evidence '6=Sam in even weeks, Priya in odd ones'"),
    _typed("2013-04-04 08:00", "sam", "handoff waive ho/4 4 --why 'There is no earlier version to go back to'"),
    _typed("2013-04-04 08:05", "sam", "handoff accept ho/4"),
    _typed("2013-04-05 08:30", "jonas", "handoff done ho/1 --note 'Version 1 serves'"),
    _typed("2013-04-12 10:00", "priya", "handoff done ho/3"),
    _typed("2013-04-30 17:00", "sam", "handoff done ho/4 --note 'A quiet month'"),
    _publish("2013-05-03 08:00", "2013-04"),
    _typed("2013-05-06 10:00", "mara", "sync"),
    _typed(
        "2013-05-06 10:10",
        "mara",
        "decide 'How many alerts are too many?' --choice 'More than a fifth of the flights of a week'"
        " --context 'Above that people switch them off' --about metric/alerts --by mara sam",
    ),
    _publish("2013-06-03 08:00", "2013-05"),
)

JULY: tuple[Step, ...] = (
    _publish("2013-07-03 08:00", "2013-06"),
    _typed("2013-07-05 09:00", "ines", "sync"),
    _typed("2013-07-05 09:10", "ines", "promote gatewise@2 production --comment 'Half a year instead of two months of winter'"),
    _typed("2013-07-05 10:00", "mara", "approve promo/2 --comment 'Ranks March better than version 1'"),
    _typed("2013-07-05 10:20", "sam", "waive promo/2 --check 2 --why 'Release is on Monday' --until 2013-10-01"),
    _release("serve-v2", "2013-07-08 00:00", "priya", "champion=2", "--serve", "production"),
    _typed("2013-07-08 00:00", "priya", "deploy promo/2 --reason 'Version 1 is losing ground'"),
    _score("score-v2", "2013-07-16 08:40", 2, "2013-07-08", "2013-07-16T08:40"),
    _typed("2013-07-08 00:10", "priya", "sync"),
    _typed(
        "2013-07-15 07:20",
        "sam",
        "incident declare 'A third of all flights is alerted' --severity 2 --started 2013-07-08T00:00Z --suspect deploy/2"
        " --detected-via 'weekly numbers against the guardrail' --about metric/alerts model/gatewise@2"
        " --impact 'More than a third of the travellers of a week got an alert; the guardrail is a fifth'",
    ),
    _typed("2013-07-15 07:45", "sam", "incident assign inc/1 priya"),
    _typed("2013-07-15 07:46", "sam", "incident assign inc/1 ines --duty expert"),
    _typed("2013-07-15 09:30", "ines", "incident update inc/1 'Ranking is fine; the threshold is from March and July is stormy'"),
    _typed("2013-07-15 14:10", "mara", "incident update inc/1 'Support: travellers are switching alerts off'"),
    _typed("2013-07-16 08:10", "priya", "incident update inc/1 'Going back to version 1 at the next scoring' --cause product"),
    _release("serve-v1-again", "2013-07-16 08:40", "sam", "champion=1", "--serve", "production"),
    _typed("2013-07-16 08:40", "sam", "rollback production --reason 'inc/1: alerts over the guardrail'"),
    _score("score-v1", "2014-01-06 00:00", 1, "2013-07-16T08:40", "2014-01-06"),
    _typed("2013-07-16 08:45", "sam", "sync"),
    _typed("2013-07-16 12:30", "sam", "incident mitigate inc/1 --note 'Alerts of the morning are at the level of June'"),
    _typed(
        "2013-07-16 15:00",
        "mara",
        "decide 'More warnings or fewer alerts?' --choice 'Fewer alerts: back to version 1 until a threshold holds the guardrail'"
        " --context 'Version 2 warned two of three disrupted travellers and alerted a third of all flights'"
        " --consequences 'Warned stays near its goal or under it' --about model/gatewise@2 metric/alerts --by mara sam ines",
    ),
    _typed("2013-07-17 14:30", "priya", "incident resolve inc/1 --cause product --note 'Guardrail is part of the release talk now'"),
    _typed(
        "2013-07-17 15:10",
        "sam",
        "handoff offer H5 inc/1 ines --title 'A version that holds the guardrail' --due 2013-07-24 --evidence '1=inc/1'"
        " --evidence '2=week of 8 July' --evidence '3=deploy/2' --evidence '4=scoring/2013-07-08.parquet'"
        " --evidence '5=a candidate by 15 September'",
    ),
    _typed("2013-07-18 09:00", "ines", "handoff accept ho/5"),
    _typed("2013-07-23 16:30", "mara", "incident postmortem inc/1 --file docs/2013-07-alerts.md"),
    _typed("2013-07-24 09:00", "sam", "incident postmortem inc/1 --accept"),
    _typed("2013-07-24 09:30", "priya", "incident close inc/1"),
    _publish("2013-08-03 08:00", "2013-07"),
)

AUTUMN: tuple[Step, ...] = (
    _typed("2013-08-30 17:00", "ines", "people depart jonas --to ines --reason 'Moves to another city'"),
    _typed(
        "2013-09-02 08:30",
        "ines",
        "people add noor --name 'Noor Haddad' --discipline ml --email noor@gatewise.example --git-name 'Noor Haddad' --mlflow-user noor",
    ),
    _publish("2013-09-03 08:00", "2013-08"),
    _typed("2013-09-09 14:00", "ines", "promote gatewise@4 production --comment 'Eight months; ranks every month better than version 1'"),
    _typed(
        "2013-09-09 14:20",
        "ines",
        "handoff offer H3 model/gatewise@4 priya --due 2013-09-16 --evidence '3=in the registry' --evidence '5=auc by carrier, logged'"
        " --evidence '6=run/baseline'",
    ),
    _typed("2013-09-10 09:00", "ines", "handoff done ho/5 --note 'Version 4 is the candidate'"),
    _typed("2013-09-11 10:40", "priya", "handoff return ho/7 'What is its share of alerts in a stormy week?'"),
    _typed("2013-09-20 11:00", "mara", "reject promo/3 --why 'Nobody can say how many alerts it gives in a stormy month'"),
    _publish("2013-10-03 08:00", "2013-09"),
    _typed("2013-11-05 09:30", "ines", "handoff offer H3 model/gatewise@6 priya --due 2013-11-15 --evidence '3=in the registry'"),
    _publish("2013-11-12 08:00", "2013-10", "delivered again: the first delivery lacked the last three days"),
    _typed("2013-11-13 10:15", "priya", "handoff decline ho/8 --why 'October was replaced: what it was trained on is gone'"),
    _release("serve-v5", "2013-11-18 10:00", "priya", "candidate=5", "--serve", "staging"),
    _typed("2013-11-18 10:00", "priya", "deploy gatewise@5 staging --reason 'Noor wants to see it beside version 1'"),
    _typed("2013-11-18 10:10", "priya", "sync"),
)

WINTER: tuple[Step, ...] = (
    _publish("2013-12-03 08:00", "2013-11"),
    ByHand(at("2013-12-05 18:12"), "artifact copied"),
    _typed("2013-12-06 09:00", "sam", "sync"),
    _typed(
        "2013-12-16 16:00",
        "sam",
        "handoff offer H5 metric/warned ines --title 'Warned is under its goal since July' --due 2013-12-23"
        " --evidence '1=docs/2013-12-decay.md' --evidence '2=weeks since 15 July'",
    ),
    _typed(
        "2013-12-18 15:00",
        "mara",
        "decide 'A new version before the holidays?' --choice 'No: version 1 stays until January'"
        " --context 'Storms push alerts over the guardrail with any version' --about model/gatewise@4 --by mara sam",
    ),
    _release("alias", "2013-12-19 19:26", "noor", "champion=4", planted="alias moved without a record: version 1 still serves"),
    _typed("2013-12-20 08:00", "sam", "sync"),
    _typed(
        "2013-12-31 06:30",
        "sam",
        "incident declare 'The weather feed is silent' --severity 3 --started 2013-12-31T00:00Z --about data/flights model/gatewise@1"
        " --detected-via 'empty columns in the hourly log' --impact 'Alerts rest on the timetable and recent delays alone'",
    ),
    _typed("2013-12-31 07:00", "sam", "incident assign inc/2 tomas"),
    _typed("2013-12-31 09:20", "tomas", "incident update inc/2 'The provider confirms an outage, no date for its end' --cause upstream"),
    _typed("2014-01-02 08:30", "sam", "incident update inc/2 'Runbook says what to do; travellers were told on the website'"),
    _publish("2014-01-03 08:00", "2013-12"),
    Job("observe", at("2014-01-06 08:00"), "sam", ("observe.py", "--as-of", "2014-01-06T09:00")),
    _typed("2014-01-06 08:10", "mara", "metric import useful metrics/useful.csv"),
    _typed("2014-01-06 08:11", "mara", "metric import warned metrics/warned.csv"),
    _typed("2014-01-06 08:12", "mara", "metric import alerts metrics/alerts.csv"),
    _typed("2014-01-06 08:31", "priya", "sync"),
    _typed("2014-01-06 08:35", "mara", "metric import warned-majors metrics/warned-majors.csv"),
    _typed(
        "2014-01-06 08:45",
        "mara",
        "handoff offer H1 metric/warned-majors noor --title 'Travellers of large carriers' --due 2014-01-17 --evidence '5=UA, DL, AA, VX'",
    ),
    _typed("2014-01-06 08:50", "tomas", "handoff offer H2 data/flights noor --draft --due 2014-01-20 --met 1 --met 3 --met 4"),
    _typed("2014-01-06 08:55", "priya", "sync"),
)

STEPS: tuple[Step, ...] = (*LAUNCH, *JULY, *AUTUMN, *WINTER)
LIFE_JOBS = tuple(step for step in STEPS if isinstance(step, Job))
"""Scoring of a period is begun as soon as its version serves; nothing waits for it but the next release."""
