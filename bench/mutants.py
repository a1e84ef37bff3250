"""Would the tests notice? Small faults put into the reasoning one at a time; a fault is killed when a test fails.

Faults come from a seeded choice among all places of triage, posterior and explanation where one of the operators applies.
Those that change nothing a test could see count as survivors all the same.
"""

import ast
import copy
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ("triage", "posterior", "explanation")
COUNT, SEED = 300, 2
TESTS = ("test_by_hand.py", "test_triage.py", "test_golden.py", "test_reasoning.py")
TIMEOUT_S = 300

COMPARE = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
           ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is}  # fmt: skip
ARITHMETIC = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult, ast.BitOr: ast.BitAnd}


def faults(tree):
    """Every (node number, operator) of a module that can be mutated; annotations and docstrings are left alone."""
    places = []
    for number, node in enumerate(code_nodes(tree)):
        if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARE:
            places.append((number, "compare"))
            if type(node.ops[0]) in (ast.Lt, ast.LtE, ast.Gt, ast.GtE):
                places.append((number, "negate"))
        elif isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC:
            places.append((number, "arithmetic"))
        elif isinstance(node, ast.AugAssign) and type(node.op) in ARITHMETIC:
            places.append((number, "augmented"))
        elif isinstance(node, ast.BoolOp):
            places.append((number, "and_or"))
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
            places.append((number, "unary"))
        elif isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float | str):
            places.append((number, "constant"))
        elif isinstance(node, ast.If | ast.IfExp):
            places.append((number, "condition"))
        elif isinstance(node, ast.comprehension) and node.ifs:
            places.append((number, "filter"))
        elif isinstance(node, ast.Return) and node.value is not None and not is_none(node.value):
            places.append((number, "return"))
        elif isinstance(node, ast.Call) and node.args:
            places.append((number, "argument"))
        elif isinstance(node, ast.Continue):
            places.append((number, "continue"))
    return places


def is_none(node):
    return isinstance(node, ast.Constant) and node.value is None


def code_nodes(tree):
    """Nodes of function bodies in a fixed order, without annotations, docstrings, asserts and decorators."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            for statement in function.body:
                if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                    continue
                yield from below(statement)


def below(node):
    if isinstance(node, ast.Assert | ast.FunctionDef):
        return
    yield node
    for name, value in ast.iter_fields(node):
        if name == "annotation":
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from below(child)


def mutate(tree, number, operator):
    """A copy of the tree with one fault, and a line that says which."""
    tree = copy.deepcopy(tree)
    node = list(code_nodes(tree))[number]
    if operator == "compare":
        node.ops[0] = COMPARE[type(node.ops[0])]()
    elif operator == "negate":
        opposite = {ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt}
        node.ops[0] = opposite.get(type(node.ops[0]), COMPARE[type(node.ops[0])])()
    elif operator in ("arithmetic", "augmented"):
        node.op = ARITHMETIC[type(node.op)]()
    elif operator == "and_or":
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    elif operator == "unary":
        node.op = ast.UAdd() if isinstance(node.op, ast.USub) else ast.Not()
        if isinstance(node.op, ast.Not):
            node.operand = ast.UnaryOp(ast.Not(), node.operand)
    elif operator == "constant":
        value = node.value
        node.value = not value if isinstance(value, bool) else value + 1 if isinstance(value, int | float) else f"{value}~"
    elif operator == "argument":
        node.args = node.args[:-1]
    elif operator == "condition":
        node.test = ast.UnaryOp(ast.Not(), node.test)
    elif operator == "filter":
        node.ifs[0] = ast.UnaryOp(ast.Not(), node.ifs[0])
    elif operator == "return":
        node.value = ast.Constant(None)
    elif operator == "continue":
        replaced = [n for n in ast.walk(tree) for body in (getattr(n, "body", None), getattr(n, "orelse", None))
                    if isinstance(body, list) and node in body]  # fmt: skip
        for parent in replaced:
            for body in (parent.body, getattr(parent, "orelse", [])):
                if node in body:
                    body[body.index(node)] = ast.copy_location(ast.Pass(), node)
    where = getattr(node, "lineno", None) or getattr(getattr(node, "target", None), "lineno", 0)
    return ast.fix_missing_locations(tree), where


def chosen():
    """The seeded choice: (module, node number, operator)."""
    every = []
    for module in MODULES:
        tree = ast.parse(source(module).read_text(encoding="utf-8"))
        every += [(module, number, operator) for number, operator in faults(tree)]
    random.Random(SEED).shuffle(every)
    return every[:COUNT]


def source(module):
    return ROOT / "src" / "backstride" / "reasoning" / f"{module}.py"


def pieces():
    return ["none", *(str(i) for i in range(len(chosen())))]


def run(piece):
    """Put one fault into a copy of the program and run the tests of reasoning there; "none" checks that the copy is sound."""
    with tempfile.TemporaryDirectory(prefix="backstride-mutant-") as folder:
        program, tests = Path(folder) / "src" / "backstride", Path(folder) / "tests"
        shutil.copytree(ROOT / "src" / "backstride", program, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(ROOT / "tests", tests, ignore=shutil.ignore_patterns("__pycache__"))
        fault = "none"
        if piece != "none":
            module, number, operator = chosen()[int(piece)]
            tree = ast.parse(source(module).read_text(encoding="utf-8"))
            changed, line = mutate(tree, number, operator)
            (program / "reasoning" / f"{module}.py").write_text(ast.unparse(changed), encoding="utf-8")
            fault = f"{module}.py:{line} {operator}"
        return {"fault": fault, "killed": not passes(folder, [tests / name for name in TESTS])}


def passes(folder, files):
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider", "--rootdir", folder]
    environment = {**os.environ, "PYTHONPATH": str(Path(folder) / "src"), "HYPOTHESIS_PROFILE": "quick"}
    try:
        done = subprocess.run(
            [*command, "-c", str(ROOT / "pyproject.toml"), *map(str, files)],
            cwd=folder,
            capture_output=True,
            timeout=TIMEOUT_S,
            check=False,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def report(results):
    if any(r["killed"] for r in results if r["fault"] == "none"):
        raise SystemExit("The tests fail without any fault; nothing can be said about faults.")
    results = [r for r in results if r["fault"] != "none"]
    killed = sum(r["killed"] for r in results)
    lines = [
        "## Faults put in on purpose",
        "",
        f"{killed} of {len(results)} seeded faults in triage, posterior and explanation are noticed by the tests "
        f"({killed / len(results):.0%}). Not noticed:",
        "",
    ]
    return "\n".join([*lines, *sorted(f"- {r['fault']}" for r in results if not r["killed"]), ""])
