"""`mlcockpit people add HANDLE`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.domain.vocabulary import Discipline
from mlcockpit.services.cockpit import Cockpit


class Add(Command):
    """Make a person known to the project."""

    examples = ("mlcockpit people add ana --name 'Ana Ruiz' --discipline data --email ana@example.org",)

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the handle and the names by which tools know the person."""
        parser.add_argument("handle", help="the short name to type, such as ana")
        parser.add_argument("--name", required=True, help="the full name")
        parser.add_argument("--discipline", required=True, choices=[each.value for each in Discipline])
        parser.add_argument("--email", action="append", default=[], help="an address that git knows; repeat for more")
        parser.add_argument("--git-name", action="append", default=[], help="a name that git knows")
        parser.add_argument("--mlflow-user", action="append", default=[], help="a login name that MLflow records")
        parser.add_argument("--deputy", help="who stands in")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Store the person."""
        from mlcockpit.services.people_add import add_person

        person = add_person(
            cockpit,
            options.handle,
            name=options.name,
            discipline=Discipline(options.discipline),
            emails=options.email,
            git_names=options.git_name,
            mlflow_users=options.mlflow_user,
            deputy=options.deputy,
        )
        return Answer(
            f"{person.name} ({person.discipline}) is person/{person.handle}",
            data={"schema": 1, "handle": person.handle, "name": person.name, "discipline": person.discipline.value},
        )
