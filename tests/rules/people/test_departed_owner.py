from mlcockpit.rules.people.departed_owner import DepartedOwner
from tests.builders import a_person, a_project, an_ownership, days_ago
from tests.rules.found import found


def test_fires_when_the_accountable_person_has_left() -> None:
    people = [a_person("kai", status="departed", departed_on=days_ago(20)), a_person("bo")]
    project = a_project(people=people, ownerships=[an_ownership("model/churn", "kai"), an_ownership("data/kpi", "bo")])
    assert found(DepartedOwner, project) == ["X01 model/churn: Kai answers for it and left on 2026-02-10"]


def test_is_silent_when_somebody_took_over() -> None:
    duties = [
        an_ownership("model/churn", "kai", until=days_ago(19)),
        an_ownership("model/churn", "bo", since=days_ago(19)),
    ]
    project = a_project(people=[a_person("kai", status="departed"), a_person("bo")], ownerships=duties)
    assert found(DepartedOwner, project) == []
