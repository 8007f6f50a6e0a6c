import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

/** A text of the sources that people read when something fails. Where an expression stands in it, it has `…`. */
export interface Message {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** Properties of results, and of the checks of properties, whose texts are shown as they are. */
const SHOWN = ['message', 'remedies', 'allowed', 'reason', 'validate'];

/** Methods of Annotations: their second argument is shown. */
const ANNOTATIONS = ['addWarningV2', 'addErrorV2'];

const HOLE = '…';

/**
 * The texts that these sources can throw, warn of or report: arguments of errors, of functions that hand a parameter on to an error, and what the variables,
 * lists and functions that stand there hold. It goes by the syntax alone, so it needs no compiler options and takes a second.
 */
export function messagesIn(project: string, folders: readonly string[]): Message[] {
  const files = folders.flatMap((folder) => readdirSync(join(project, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => join(project, folder, name)));
  return new Reader(project, files).messages();
}

type Declared = ts.FunctionLikeDeclaration | ts.VariableDeclaration | ts.ClassDeclaration;

class Reader {
  private readonly sources: ReadonlyMap<string, ts.SourceFile>;
  private readonly found = new Map<string, Message>();
  /** Which arguments of which functions and classes are shown. */
  private readonly speakers = new Map<ts.Node, Set<number>>();
  private readonly read = new Set<ts.Node>();
  private heard = 0;

  constructor(private readonly project: string, files: readonly string[]) {
    this.sources = new Map(files.map((file) => [file, ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true)]));
  }

  messages(): Message[] {
    for (let known = -1; known < this.heard;) {
      known = this.heard;
      this.read.clear();
      for (const source of this.sources.values()) {
        this.visit(source);
      }
    }
    return [...this.found.values()];
  }

  private visit(node: ts.Node) {
    for (const shown of this.shownIn(node)) {
      this.take(shown);
    }
    ts.forEachChild(node, (child) => this.visit(child));
  }

  /** The expressions in this node itself whose text is shown. */
  private shownIn(node: ts.Node): ts.Node[] {
    if (ts.isNewExpression(node) || ts.isCallExpression(node)) {
      return this.shownArguments(node);
    }
    if (ts.isPropertyAssignment(node) && ts.isIdentifier(node.name) && SHOWN.includes(node.name.text)) {
      return [node.initializer];
    }
    if (ts.isShorthandPropertyAssignment(node) && SHOWN.includes(node.name.text)) {
      return [node.name];
    }
    return [];
  }

  private shownArguments(node: ts.NewExpression | ts.CallExpression): ts.Node[] {
    const given = [...node.arguments ?? []];
    const { expression: callee } = node;
    if (ts.isPropertyAccessExpression(callee) && ANNOTATIONS.includes(callee.name.text)) {
      return given.slice(1);
    }
    if (callee.kind === ts.SyntaxKind.SuperKeyword) {
      const owner = enclosing(node, ts.isClassDeclaration);
      return owner && this.isError(owner) ? given : [];
    }
    if (!ts.isIdentifier(callee)) {
      return [];
    }
    if (ts.isNewExpression(node) && callee.text === 'Error') {
      return given.slice(0, 1);
    }
    const declared = this.declarationOf(callee);
    const error = ts.isNewExpression(node) && declared && ts.isClassDeclaration(declared) && this.isError(declared) ? declared : undefined;
    if (error && !error.members.some(ts.isConstructorDeclaration)) {
      return given.slice(0, 1);
    }
    const shown = this.speakers.get(error ? error.members.find(ts.isConstructorDeclaration)! : functionOf(declared)!);
    return given.filter((_, i) => shown?.has(i));
  }

  private isError({ heritageClauses }: ts.ClassDeclaration): boolean {
    const base = heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)?.types[0].expression;
    if (!base || !ts.isIdentifier(base)) {
      return false;
    }
    const declared = this.declarationOf(base);
    return base.text === 'Error' || (declared !== undefined && ts.isClassDeclaration(declared) && this.isError(declared));
  }

  /** Takes the texts in an expression that is shown. */
  private take(node: ts.Node) {
    if (this.read.has(node)) {
      return;
    }
    this.read.add(node);
    if (isText(node)) {
      this.keep(node);
    } else if (ts.isIdentifier(node)) {
      this.takeNamed(node);
    } else if (ts.isCallExpression(node)) {
      this.takeCall(node);
    } else if (ts.isConditionalExpression(node)) {
      [node.whenTrue, node.whenFalse].forEach((each) => this.take(each));
    } else if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) {
      this.take(node.expression);
    } else if (ts.isPropertyAssignment(node)) {
      this.take(node.initializer);
    } else if (ts.isFunctionLike(node)) {
      this.takeReturns(node as ts.FunctionLikeDeclaration);
    } else if (!ts.isNewExpression(node)) {
      ts.forEachChild(node, (child) => this.take(child));
    }
  }

  private takeNamed(name: ts.Identifier) {
    const declared = this.declarationOf(name);
    const held = functionOf(declared) ?? valueOf(declared);
    if (held) {
      this.take(held);
    }
    const parameter = parameterOf(name);
    if (parameter) {
      const shown = this.speakers.get(parameter.parent) ?? new Set();
      const before = shown.size;
      indexesOf(parameter).forEach((index) => shown.add(index));
      this.speakers.set(parameter.parent, shown);
      this.heard += shown.size - before;
    }
  }

  /** The text is what the function returns, with what is given to it. */
  private takeCall(node: ts.CallExpression) {
    const { expression: callee } = node;
    if (ts.isPropertyAccessExpression(callee)) {
      const method = callee.expression.kind === ts.SyntaxKind.ThisKeyword ? methodOf(callee) : undefined;
      this.take(method ?? callee.expression);
    } else {
      const declared = ts.isIdentifier(callee) ? this.declarationOf(callee) : undefined;
      const called = functionOf(declared);
      this.take(called ?? callee);
    }
    node.arguments.filter((each) => !ts.isStringLiteral(each)).forEach((each) => this.take(each));
  }

  private takeReturns(node: ts.FunctionLikeDeclaration) {
    const { body } = node;
    if (body && !ts.isBlock(body)) {
      this.take(body);
      return;
    }
    const search = (each: ts.Node) => {
      if (ts.isReturnStatement(each) && each.expression) {
        this.take(each.expression);
      } else if (!ts.isFunctionLike(each)) {
        ts.forEachChild(each, search);
      }
    };
    if (body) {
      ts.forEachChild(body, search);
    }
  }

  private keep(node: ts.Node) {
    const source = node.getSourceFile();
    const start = node.getStart();
    this.found.set(`${source.fileName}:${start}`, {
      file: relative(this.project, source.fileName), line: source.getLineAndCharacterOfPosition(start).line + 1, text: textOf(node),
    });
    holesOf(node).forEach((hole) => this.take(hole));
  }

  private declarationOf(name: ts.Identifier): Declared | undefined {
    for (let scope: ts.Node | undefined = name.parent; scope; scope = scope.parent) {
      const declared = ts.isBlock(scope) || ts.isSourceFile(scope) ? declaredIn(scope.statements, name.text) : undefined;
      if (declared) {
        return declared;
      }
      if (ts.isFunctionLike(scope) && scope.parameters.some((parameter) => namesIn(parameter.name).includes(name.text))) {
        return undefined;
      }
    }
    return this.imported(name);
  }

  private imported(name: ts.Identifier): Declared | undefined {
    const source = name.getSourceFile();
    for (const statement of source.statements) {
      const bindings = ts.isImportDeclaration(statement) ? statement.importClause?.namedBindings : undefined;
      const element = bindings && ts.isNamedImports(bindings) ? bindings.elements.find((each) => each.name.text === name.text) : undefined;
      const file = element && this.sources.get(`${join(dirname(source.fileName), (statement as ts.ImportDeclaration).moduleSpecifier.getText().slice(1, -1))}.ts`);
      if (file) {
        return declaredIn(file.statements, (element.propertyName ?? element.name).text);
      }
    }
    return undefined;
  }
}

function enclosing<T extends ts.Node>(node: ts.Node, is: (each: ts.Node) => each is T): T | undefined {
  for (let each = node.parent; each; each = each.parent) {
    if (is(each)) {
      return each;
    }
  }
  return undefined;
}

function declaredIn(statements: readonly ts.Statement[], name: string): Declared | undefined {
  for (const statement of statements) {
    if ((ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) && statement.name?.text === name) {
      return statement;
    }
    const declarations = ts.isVariableStatement(statement) ? statement.declarationList.declarations : [];
    const variable = declarations.find((each) => namesIn(each.name).includes(name));
    if (variable) {
      return variable;
    }
  }
  return undefined;
}

function functionOf(declared: Declared | undefined): ts.FunctionLikeDeclaration | undefined {
  const node = declared && ts.isVariableDeclaration(declared) ? declared.initializer : declared;
  return node && (ts.isArrowFunction(node) || ts.isFunctionExpression(node) || ts.isFunctionDeclaration(node)) ? node : undefined;
}

function valueOf(declared: Declared | undefined): ts.Expression | undefined {
  return declared && ts.isVariableDeclaration(declared) && ts.isIdentifier(declared.name) ? declared.initializer : undefined;
}

function methodOf({ name, parent }: ts.PropertyAccessExpression): ts.MethodDeclaration | undefined {
  const methods = enclosing(parent, ts.isClassDeclaration)?.members.filter(ts.isMethodDeclaration);
  return methods?.find((each) => ts.isIdentifier(each.name) && each.name.text === name.text);
}

function parameterOf(name: ts.Identifier): ts.ParameterDeclaration | undefined {
  for (let scope: ts.Node | undefined = name.parent; scope; scope = scope.parent) {
    const parameters = ts.isFunctionLike(scope) ? [...scope.parameters] : [];
    const found = parameters.find((parameter) => ts.isIdentifier(parameter.name) && parameter.name.text === name.text);
    if (found) {
      return found;
    }
  }
  return undefined;
}

/** All that follow, of one that takes the rest. */
function indexesOf(parameter: ts.ParameterDeclaration): number[] {
  const at = (parameter.parent as ts.FunctionLikeDeclaration).parameters.indexOf(parameter);
  return parameter.dotDotDotToken ? Array.from({ length: 20 }, (_, i) => at + i) : [at];
}

const namesIn = (name: ts.BindingName): string[] => ts.isIdentifier(name)
  ? [name.text]
  : name.elements.flatMap((each) => ts.isOmittedExpression(each) ? [] : namesIn(each.name));

const isSum = (node: ts.Node): node is ts.BinaryExpression => ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken;

const isText = (node: ts.Node) => ts.isStringLiteralLike(node) || ts.isTemplateExpression(node) || isSum(node);

function textOf(node: ts.Node): string {
  if (ts.isStringLiteralLike(node)) {
    return node.text;
  }
  if (ts.isTemplateExpression(node)) {
    return node.head.text + node.templateSpans.map(({ literal }) => HOLE + literal.text).join('');
  }
  return isSum(node) ? textOf(node.left) + textOf(node.right) : HOLE;
}

function holesOf(node: ts.Node): ts.Node[] {
  if (ts.isTemplateExpression(node)) {
    return node.templateSpans.map(({ expression }) => expression);
  }
  if (isSum(node)) {
    return [node.left, node.right].flatMap((each) => isText(each) ? holesOf(each) : [each]);
  }
  return [];
}

/** The names that errors are given by which people and state machines tell them apart. */
export function codesIn(project: string, folder: string): string[] {
  return readdirSync(join(project, folder), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
    .flatMap((name) => [...readFileSync(join(project, folder, name), 'utf8').matchAll(/\bfailure\('(\w+)'/g)].map(([, code]) => code));
}
