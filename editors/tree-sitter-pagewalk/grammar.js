/**
 * @file The grammar of Pagewalk scripts for editors.
 * @license MIT OR Apache-2.0
 *
 * The interpreter reads by `grammar/pagewalk.pest` and its layout pass; this grammar tells the same tree, as far as an
 * editor has use for it. What depends on what follows (which newline ends a statement, where a number and its unit
 * end) is in `src/scanner.c`.
 */

/// <reference types="tree-sitter-cli/dsl" />
// @ts-check

/** How tightly each operator binds, loosest first: the operands of a command looser than all, then those side by side. */
const BINDS = {
  verb: -2,
  beside: -1,
  or: 1,
  and: 2,
  not: 3,
  said: 4,
  compare: 5,
  range: 6,
  either: 7,
  differ: 8,
  both: 9,
  shift: 10,
  sum: 11,
  product: 12,
  sign: 13,
  power: 14,
  touch: 15,
};

/** @type {[number, string[]][]} */
const INFIX = [
  [BINDS.or, ['or']],
  [BINDS.and, ['and']],
  [BINDS.compare, ['in', '==', '!=', '<', '<=', '>', '>=']],
  [BINDS.range, ['..', '..=']],
  [BINDS.either, ['|']],
  [BINDS.differ, ['^']],
  [BINDS.both, ['&']],
  [BINDS.shift, ['<<', '>>']],
  [BINDS.sum, ['+', '-']],
  [BINDS.product, ['*', '/', '//', '%']],
];

/** Words that name nothing. */
const RESERVED = ['and', 'or', 'not', 'in', 'where', 'true', 'false'];

/** A bracket that touches what stands before it: `f(x)` is a call, `f (x)` are two operands. */
const touching = (/** @type {string} */ bracket) => token.immediate(prec(1, bracket));

/** One or more with commas between; another comma may stand last within brackets. */
const listed = (/** @type {RuleOrLiteral} */ rule) => seq(rule, repeat(seq(',', rule)), optional(','));

/** One or more with commas between, outside brackets: a comma that stands last is told by the scanner. */
const row = (/** @type {RuleOrLiteral} */ rule, /** @type {RuleOrLiteral} */ last) =>
  seq(rule, repeat(seq(',', rule)), optional(last));

/** Two operands with one of these operators between them. */
const infix = (/** @type {GrammarSymbols<any>} */ $, /** @type {string[]} */ operators) => seq(
  field('left', $._expression),
  field('operator', operators.length > 1 ? choice(...operators) : operators[0]),
  field('right', $._expression),
);

export default grammar({
  name: 'pagewalk',

  word: $ => $.name,

  externals: $ => [
    $._newline, // ends a statement or a setting
    $._row_end, // ends the row of a table
    $.number, // with its unit
    $.prose_text,
    $._last_comma, // nothing follows it in its list
    $._recovering, // never made: valid only where the parser makes up for a mistake
  ],

  extras: $ => [/[ \t\r\n\u00a0\ufeff]/, $.comment],

  reserved: {
    global: _ => RESERVED,
    // A word that continues a statement begins none.
    first: _ => [...RESERVED, 'else'],
  },

  supertypes: $ => [$._statement, $._expression],

  inline: $ => [$._verb, $._table_verb],

  rules: {
    source_file: $ => optional($._lines),

    _lines: $ => prec.right(choice($._statement, repeat1($._line), seq(repeat1($._line), $._statement))),
    _line: $ => choice(';', seq($._statement, choice($._newline, ';'))),
    block: $ => seq('{', optional($._lines), '}'),

    comment: _ => token(seq('#', /[^\n]*/)),

    // ---- Statements --------------------------------------------------------------------------------------------

    _statement: $ => choice($.in_process, $.process_block, $._plain),
    in_process: $ => seq(field('process', $._process), ':', $._plain),
    process_block: $ => seq(field('process', $._process), field('body', $.block)),
    _process: $ => alias(reserved('first', $.name), $.process),

    _plain: $ => choice(
      $.let,
      $.choose,
      $.for,
      $.repeat,
      $.if,
      $.definition,
      $.include,
      $.scenario,
      $.reference,
      $.probe,
      $.question,
      $.part,
      $.given,
      $.ask,
      $.command,
    ),

    let: $ => seq('let', field('name', $.name), '=', field('value', $._expression), optional($.facts)),
    choose: $ => prec.right(seq(
      'choose',
      field('name', $.name),
      'in',
      field('from', $._expression),
      repeat($.condition),
      optional($.facts),
    )),
    condition: $ => prec.right(seq('where', $._operation, optional($.facts))),
    for: $ => seq('for', field('name', $.name), 'in', field('over', $._expression), field('body', $.block)),
    repeat: $ => seq('repeat', field('times', $._expression), field('body', $.block)),
    if: $ => seq(
      'if',
      field('condition', $._expression),
      field('body', $.block),
      repeat(seq('else', 'if', field('condition', $._expression), field('body', $.block))),
      optional(seq('else', field('otherwise', $.block))),
    ),
    definition: $ => seq('def', field('name', alias($.name, $.verb)), $.parameters, field('body', $.block)),
    parameters: $ => seq('(', optional(listed($.name)), ')'),
    include: $ => seq('include', field('file', $.string)),
    scenario: $ => seq('scenario', field('name', $.string), field('body', $.block)),
    probe: $ => seq('probe', $._operation, optional($.facts)),

    reference: $ => seq($._reference, optional($.facts)),
    _reference: $ => prec.right(seq(
      'reference',
      choice($.list, field('file', $.string), seq($._page, repeat(seq(optional(','), $._page)))),
      optional($.settings),
    )),
    _page: $ => alias(choice($.name, $._page_number), $.page),
    _page_number: _ => /[0-9](-?[A-Za-z]|[0-9_])*/,

    // ---- Exams -------------------------------------------------------------------------------------------------

    question: $ => seq('question', field('title', $.string), optional($.points), field('body', $.block)),
    part: $ => seq('part', field('title', $.string), optional($.points), field('body', $.block)),
    given: $ => seq('given', row($._noun, alias($._last_comma, ','))),
    _noun: $ => prec.right(seq(repeat1(field('noun', $._operand)), optional($.columns))),
    ask: $ => seq(
      'ask',
      choice(
        seq(
          field('label', choice($.string, $.prose)),
          '=',
          field('value', $._expression),
          optional(choice($.unit, seq($.round, $.unit))),
        ),
        seq(alias('reference', $.name), $.columns),
        seq($._operation, optional(choice($.columns, $._conditions, seq($.prompt, $._conditions)))),
      ),
      repeat(choice($.radix, $.points, $.round, $.marks, $.prompt)),
    ),
    _conditions: $ => prec.right(choice(seq(repeat1($.condition), optional($.facts)), $.facts)),
    columns: $ => prec.right(seq('columns', repeat1(alias($.name, $.column)))),
    unit: $ => seq('unit', choice($.string, $.name)),
    radix: $ => seq('radix', $.name),
    points: $ => seq('points', $._expression),
    round: $ => seq('round', $._expression),
    marks: $ => seq('marks', 'by', $.name),
    prompt: $ => seq('as', choice($.string, $.prose)),

    // ---- Commands: a word, operands side by side, a value after `=`, a block ------------------------------------

    command: $ => choice(
      seq(field('verb', $._verb), optional($._operands), optional($.facts)),
      seq(field('verb', alias(choice('machine', 'kernel', 'exam'), $.verb)), optional($._operands), optional($.facts)),
      seq(field('verb', alias(choice('machine', 'kernel', 'exam'), $.verb)), $.settings, optional($.facts)),
      seq(
        field('verb', choice($._verb, $._table_verb, alias(choice('part', 'given', 'ask'), $.verb))),
        $.arguments,
        optional($.facts),
      ),
      // What holds a table alone, so that its rows need no bars; an entry has fields.
      seq(field('verb', $._table_verb), optional($._filled), optional($.facts)),
      seq(
        field('verb', alias('set', $.verb)),
        field('operand', alias('pte', $.name)),
        optional($._operands),
        optional($.facts),
      ),
    ),
    _table_verb: $ => alias(choice('set', 'expect', 'process'), $.verb),
    _filled: $ => choice(
      seq(repeat1(field('operand', $._operand)), optional(choice($._assigned, alias($._table, $.settings)))),
      $._assigned,
    ),
    _verb: $ => alias(reserved('first', $.name), $.verb),
    _operands: $ => choice(
      seq(repeat1(field('operand', $._operand)), optional($._assigned), optional($.settings)),
      seq($._assigned, optional($.settings)),
    ),
    _assigned: $ => seq('=', repeat1(field('value', $._operand))),
    _operand: $ => prec.right(BINDS.beside, $._expression),

    // What `probe`, `where` and `ask` take: a word with operands, or an expression.
    _operation: $ => seq(
      optional(seq(field('process', $._process), ':')),
      optional('probe'),
      choice(alias($._reference, $.reference), alias($._operation_command, $.command), $._expression),
    ),
    _operation_command: $ => prec.right(BINDS.verb, seq(
      field('verb', $._verb),
      repeat1(field('operand', $._operand)),
      optional($._assigned),
      optional($.settings),
    )),

    // ---- Facts -------------------------------------------------------------------------------------------------

    facts: $ => prec.right(repeat1(prec.right(seq('=>', row($.fact, alias($._last_comma, ',')))))),
    fact: $ => seq(
      field('name', $.fact_name),
      optional(choice(
        $.open,
        prec(BINDS.said, seq('not', field('value', choice($._expression, $.no_value)))),
        seq('in', field('value', $._expression)),
        field('value', choice($._expression, $.no_value)),
      )),
    ),
    fact_name: $ => seq($.name, repeat(seq(token.immediate('.'), $._touching_name))),
    _touching_name: $ => alias(token.immediate(/[A-Za-z_](-?[A-Za-z]|[0-9_])*/), $.name),
    open: _ => '?',
    no_value: _ => choice('-', '–'),

    // ---- Blocks of settings and tables -------------------------------------------------------------------------

    settings: $ => seq(
      '{',
      repeat($._entry),
      optional(seq($.header, repeat(choice($._entry, $.row)))),
      optional($.setting),
      '}',
    ),
    _entry: $ => choice(',', ';', seq($.setting, choice($._newline, ',', ';'))),
    setting: $ => prec.right(seq(
      field('name', alias($.name, $.setting_name)),
      repeat(choice(field('operand', $._operand), $.blank)),
      // `define N = n`
      optional(seq('=', field('value', $._operand))),
      optional(choice($.settings, $._holds)),
    )),
    // When an option is correct.
    _holds: $ => prec.right(seq(
      optional(seq('for', field('name', $.name), 'in', field('value', $._operand))),
      repeat1($.condition),
    )),
    // A cell to fill in, with its answer.
    blank: $ => seq($.open, '=', field('answer', $._operand)),

    header: $ => seq('|', repeat(choice('|', $._column, $.string, $.byte, $.computed)), $._row_end),
    row: $ => seq('|', repeat(choice('|', $._cell, $.string, $.byte, $.computed)), $._row_end),
    // Rows, with or without bars.
    _table: $ => seq(
      '{',
      repeat(';'),
      optional(seq(
        choice($.header, alias($._plain_header, $.header)),
        repeat(choice(';', $.row, alias($._plain_row, $.row))),
      )),
      '}',
    ),
    _plain_header: $ => seq(
      choice($._column, $.string, $.byte, $.computed),
      repeat(choice('|', $._column, $.string, $.byte, $.computed)),
      $._row_end,
    ),
    _plain_row: $ => seq(
      choice($._cell, $.string, $.byte, $.computed),
      repeat(choice('|', $._cell, $.string, $.byte, $.computed)),
      $._row_end,
    ),
    _column: $ => alias(choice($._none, $._digits, $._word), $.column),
    _cell: $ => choice(alias($._none, $.none), alias($._digits, $.number), alias($._word, $.cell)),
    computed: $ => seq('(', $._expression, ')'),
    // Of those that are as long the first is taken.
    _none: _ => choice('-', '–', '*'),
    _digits: _ => /[0-9][^ \t\r\n|;{}()"'#\u00a0]*|[0-9A-Fa-f]+/,
    _word: _ => /[^ \t\r\n|;{}()"'#\u00a0]+/,

    // ---- Expressions -------------------------------------------------------------------------------------------

    _expression: $ => choice(
      $.number,
      $.name,
      $.boolean,
      $.string,
      $.byte,
      $.prose,
      $.list,
      $.parenthesized,
      $.call,
      $.index,
      $.field,
      $.unary,
      $.binary,
    ),

    binary: $ => choice(
      ...INFIX.map(([binds, operators]) => prec.left(binds, infix($, operators))),
      prec.right(BINDS.power, infix($, ['**'])),
    ),
    unary: $ => choice(
      prec(BINDS.sign, seq(field('operator', choice('-', '~', '!')), field('operand', $._expression))),
      prec(BINDS.not, seq(field('operator', 'not'), field('operand', $._expression))),
    ),

    call: $ => prec(BINDS.touch, seq(field('function', $.name), $.arguments)),
    arguments: $ => prec(1, seq(touching('('), optional(listed($._expression)), ')')),
    index: $ => prec(BINDS.touch, seq(field('of', $._expression), touching('['), field('at', $._expression), ']')),
    field: $ => prec(BINDS.touch, seq(
      field('of', $._expression),
      token.immediate('.'),
      field('name', $._touching_name),
    )),
    parenthesized: $ => seq(choice('(', touching('(')), $._expression, ')'),
    list: $ => seq('[', optional(listed(choice($._expression, $.no_value))), ']'),

    boolean: _ => choice('true', 'false'),
    name: _ => /[A-Za-z_](-?[A-Za-z]|[0-9_])*/,
    string: _ => token(seq('"', repeat(choice(/[^"\\\n]/, /\\[^\n]/)), '"')),
    byte: _ => token(seq("'", repeat(choice(/[^'\\\n]/, /\\[^\n]/)), "'")),

    prose: $ => seq(alias('"""', $.quotes), repeat(choice($.prose_text, $.hole)), alias('"""', $.quotes)),
    hole: $ => seq('{', $._expression, '}'),
  },
});
