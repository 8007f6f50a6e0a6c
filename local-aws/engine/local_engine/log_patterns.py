"""Filter patterns of CloudWatch Logs (CloudWatch Logs user guide, "Filter pattern syntax"): terms, and conditions on JSON."""
import json
import re

TOKEN = re.compile(
    r"""\s*(?:
      (?P<string>"(?:\\.|[^"\\])*")
    | (?P<regex>%(?:\\.|[^%\\])*%)
    | (?P<and>&&) | (?P<or>\|\|) | (?P<open>\() | (?P<close>\))
    | (?P<operator>!=|>=|<=|=|>|<)
    | (?P<path>\$(?:\.[^\s.\[\]()=!<>&|"]+|\[(?:\d+|\*|"(?:\\.|[^"\\])*")\])+)
    | (?P<word>[^\s()=!<>&|"]+)
    )""",
    re.VERBOSE,
)


def compile_pattern(pattern):
    """A function of a log line: does it match?"""
    text = (pattern or "").strip()
    if text.startswith("{") and text.endswith("}"):
        return on_json(Conditions(text[1:-1]).whole())
    return on_text(text)


# -- Text -------------------------------------------------------------------------------------------------------------


def on_text(text):
    terms = [(sign, quoted or plain) for sign, quoted, plain in re.findall(r'([-?]?)(?:"((?:\\.|[^"\\])*)"|(\S+))', text)]
    wanted = [term for sign, term in terms if sign == ""]
    unwanted = [term for sign, term in terms if sign == "-"]
    any_of = [term for sign, term in terms if sign == "?"]

    def matches(line):
        one = wanted or not any_of or any(term in line for term in any_of)
        return bool(one) and all(term in line for term in wanted) and not any(term in line for term in unwanted)

    return matches


# -- JSON -------------------------------------------------------------------------------------------------------------


def on_json(condition):
    def matches(line):
        try:
            document = json.loads(line)
        except ValueError:
            return False
        return isinstance(document, (dict, list)) and condition(document)

    return matches


MISSING = object()


def values_at(document, path):
    """Every value to which the path leads; `[*]` leads to all elements."""
    values = [document]
    for name, index in re.findall(r'\.([^\s.\[\]]+)|\[(\d+|\*|"(?:\\.|[^"\\])*")\]', path):
        values = [inner for value in values for inner in inside(value, name, index)]
    return values


def inside(value, name, index):
    if index == "*":
        return value if isinstance(value, list) else []
    if index.isdigit():
        return value[int(index):int(index) + 1] if isinstance(value, list) else []
    key = name or json.loads(index)
    return [value[key]] if isinstance(value, dict) and key in value else []


def number(value):
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


COMPARE = {
    "=": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    ">": lambda left, right: left > right,
    "<": lambda left, right: left < right,
    ">=": lambda left, right: left >= right,
    "<=": lambda left, right: left <= right,
}


class Conditions:
    """`($.a = "x*") && ($.b != 1 || $.c NOT EXISTS)`"""

    def __init__(self, text):
        self.tokens = []
        position = 0
        while text[position:].strip():
            found = TOKEN.match(text, position)
            if not found:
                raise ValueError(f"Invalid metric filter pattern at {text[position:]}")
            self.tokens.append((found.lastgroup, found.group(found.lastgroup)))
            position = found.end()
        self.at = 0

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else (None, None)

    def take(self, *kinds):
        kind, text = self.peek()
        if kind not in kinds:
            raise ValueError(f"Invalid metric filter pattern: {text!r} where one of {', '.join(kinds)} is expected")
        self.at += 1
        return kind, text

    def whole(self):
        condition = self.any_of()
        if self.peek()[0]:
            raise ValueError(f"Invalid metric filter pattern: {self.peek()[1]!r} after its end")
        return condition

    def any_of(self):
        parts = [self.all_of()]
        while self.peek()[0] == "or":
            self.take("or")
            parts.append(self.all_of())
        return lambda document: any(part(document) for part in parts)

    def all_of(self):
        parts = [self.single()]
        while self.peek()[0] == "and":
            self.take("and")
            parts.append(self.single())
        return lambda document: all(part(document) for part in parts)

    def single(self):
        if self.peek()[0] == "open":
            self.take("open")
            condition = self.any_of()
            self.take("close")
            return condition
        path = self.take("path")[1]
        kind, text = self.take("operator", "word")
        return self.comparison(path, text) if kind == "operator" else self.predicate(path, text)

    def predicate(self, path, word):
        rest = self.take("word")[1].upper()
        tests = {
            ("NOT", "EXISTS"): lambda values: not values,
            ("IS", "NULL"): lambda values: any(value is None for value in values),
            ("IS", "TRUE"): lambda values: any(value is True for value in values),
            ("IS", "FALSE"): lambda values: any(value is False for value in values),
        }
        test = tests.get((word.upper(), rest))
        if not test:
            raise ValueError(f"Invalid metric filter pattern: {path} {word} {rest}")
        return lambda document: test(values_at(document, path))

    def comparison(self, path, operator):
        """A property that is not there matches no comparison, `!=` neither."""
        kind, text = self.take("string", "word", "regex")
        test = matcher(kind, text)
        if isinstance(test, (int, float)):
            return lambda document: any(number(value) is not None and COMPARE[operator](value, test) for value in values_at(document, path))
        if operator not in ("=", "!="):
            raise ValueError(f"Invalid metric filter pattern: {operator} needs a number, not {text}")
        return lambda document: any(is_scalar(value) and test(as_text(value)) == (operator == "=") for value in values_at(document, path))


def matcher(kind, text):
    """A number, or a function of a text."""
    if kind == "word" and re.fullmatch(r"-?\d+(\.\d+)?(e[+-]?\d+)?", text, re.IGNORECASE):
        return float(text)
    if kind == "regex":
        expression = re.compile(text[1:-1])
        return lambda value: expression.search(value) is not None
    wanted = json.loads(text) if kind == "string" else text
    expression = re.compile(".*".join(re.escape(part) for part in wanted.split("*")), re.DOTALL)
    return lambda value: expression.fullmatch(value) is not None


def is_scalar(value):
    return isinstance(value, (str, int, float)) and not isinstance(value, bool)


def as_text(value):
    return value if isinstance(value, str) else json.dumps(value)
