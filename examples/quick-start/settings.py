import json
import re

from constructs import Construct

# keys of the context that are the CDK's own: feature flags, what the CLI adds, what it looked up
OF_THE_CDK = re.compile(r"^@|^aws:|^aws-cdk:|:account=|^(acknowledged-issue-numbers|cli-telemetry)\Z")


class Settings:
    """
    The settings of an app, from its context: `"context"` in cdk.json, and `-c` on the command line.

    A setting that nobody reads is refused, and so is a value that nobody allows: either may have been meant to protect something.
    """

    def __init__(self, app: Construct, names: list[str]) -> None:
        self._context: dict[str, object] = app.node.get_all_context()
        unknown = next((name for name in self._context if name not in names and not OF_THE_CDK.search(name)), None)
        if unknown is not None:
            raise ValueError(f"the context '{unknown}' is not a setting of this app: allowed are {', '.join(names)}")

    def flag(self, name: str) -> bool:
        """A decision, `false` unless it is given."""
        value = self._context.get(name, False)
        if not isinstance(value, bool) and value not in ("true", "false"):
            raise self._refused(name, "true or false")
        return value is True or value == "true"

    def choice(self, name: str, words: list[str]) -> str | None:
        """One of these words, if it is given."""
        value = self._context.get(name)
        if value is not None and value not in words:
            raise self._refused(name, " or ".join(words))
        return value

    def text(self, name: str, form: str, example: str) -> str:
        """A text of this form, which must be given."""
        value = self._context.get(name)
        if not isinstance(value, str) or not re.fullmatch(form, value):
            raise self._refused(name, f"given, such as '{example}'")
        return value

    def items(self, name: str, otherwise: list[str] | None = None) -> list[str]:
        """
        A list, which stands in cdk.json, where the next deployment finds it again. What `-c` gives is a text, and is refused: the next
        deployment would forget it.

        If it is not given, `otherwise` is taken; without that, the list must be given.
        """
        value = self._context.get(name, otherwise)
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise self._refused(
                name, 'a list of texts in "context" of cdk.json, [] for none, and not given by -c, which the next deployment would forget'
            )
        return [*value]

    def _refused(self, name: str, allowed: str) -> ValueError:
        got = json.dumps(self._context[name]) if name in self._context else "nothing"
        return ValueError(f"the context '{name}' must be {allowed}; got {got}")
