// Scans the tokens whose extent depends on the following text: newlines that end statements, rows, numbers with their units,
// prose, and the last comma of a list. The scanner keeps no state. It uses only the text and the set of valid tokens.

#include "tree_sitter/parser.h"

#include <string.h>

enum Token {
  NEWLINE,
  ROW_END,
  NUMBER,
  PROSE_TEXT,
  LAST_COMMA,
  RECOVERING,
};

// The longest unit is `entries`.
enum { LONGEST = 8 };

// The units of `grammar/pagewalk.pest`. `test/check.py` compares them.
static const char *const UNITS[] = {
    "B",     "KB",   "MB",    "GB",   "TB",    "PB",   "EB",     "KiB",   "MiB",  "GiB",   "TiB",  "PiB",    "EiB",
    "ns",    "us",   "ms",    "s",    "bits",  "bit",  "entries", "entry", "slots", "slot", "pages", "page", "cycles",
    "cycle",
};

static bool is_digit(int32_t c) { return c >= '0' && c <= '9'; }

static bool is_letter(int32_t c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

static bool is_word(int32_t c) { return is_digit(c) || is_letter(c) || c == '_'; }

// A no-break space and a byte order mark are also blanks.
static bool is_blank(int32_t c) { return c == ' ' || c == '\t' || c == '\r' || c == 0xA0 || c == 0xFEFF; }

static void take(TSLexer *lexer) { lexer->advance(lexer, false); }

static void skip(TSLexer *lexer) { lexer->advance(lexer, true); }

// Reads the word at the current position. Returns an empty word if the word is longer than every unit.
static void read_word(TSLexer *lexer, char word[LONGEST + 1]) {
  unsigned length = 0;
  bool joined = false;
  while (true) {
    int32_t c = lexer->lookahead;
    if (c == '-' && length > 0) {
      // A hyphen before a letter is part of the word. A word with a hyphen is neither a keyword nor a unit.
      take(lexer);
      if (!is_letter(lexer->lookahead)) break;
      joined = true;
      continue;
    }
    if (!is_word(c)) break;
    if (length < LONGEST) word[length] = (char)c;
    if (length <= LONGEST) length++;
    take(lexer);
  }
  word[joined || length > LONGEST ? 0 : length] = '\0';
}

// Digits and letters, dots before digits, a percent sign or a unit.
static bool scan_number(TSLexer *lexer) {
  while (true) {
    while (is_word(lexer->lookahead)) take(lexer);
    lexer->mark_end(lexer);
    if (lexer->lookahead != '.') break;
    take(lexer);
    if (!is_digit(lexer->lookahead)) goto done;
  }
  if (lexer->lookahead == '%') {
    take(lexer);
    // A percent sign before a possible operand is an operator.
    if (!is_word(lexer->lookahead) && lexer->lookahead != '(') lexer->mark_end(lexer);
    goto done;
  }
  while (is_blank(lexer->lookahead)) take(lexer);
  if (is_letter(lexer->lookahead)) {
    char word[LONGEST + 1];
    read_word(lexer, word);
    for (unsigned i = 0; i < sizeof UNITS / sizeof *UNITS; i++) {
      if (strcmp(word, UNITS[i]) == 0) {
        lexer->mark_end(lexer);
        break;
      }
    }
  }
done:
  lexer->result_symbol = NUMBER;
  return true;
}

// Takes at most three of the same characters. Returns whether there were three.
static bool take_three(TSLexer *lexer, int32_t c) {
  unsigned count = 0;
  while (count < 3 && lexer->lookahead == c) {
    take(lexer);
    count++;
  }
  return count == 3;
}

// Whether the brace before the current position opens a block or an initializer of C: an expression contains no braces, no `;`,
// and no newline, and an initializer follows `=`.
static bool is_code(TSLexer *lexer, int32_t before) {
  if (before == '=') return true;
  while (!lexer->eof(lexer)) {
    switch (lexer->lookahead) {
      case '}': return false;
      case ';':
      case '{':
      case '\n': return true;
      default: take(lexer);
    }
  }
  return true;
}

// Scans text up to a hole or the closing quotes. Doubled braces are text, and so are a single closing brace and the braces of
// programs. Between fences, all is text. A fence without a second one ends with the text.
static bool scan_prose(TSLexer *lexer) {
  bool any = false, code = false;
  int32_t before = 0;
  while (!lexer->eof(lexer)) {
    lexer->mark_end(lexer);
    int32_t now = lexer->lookahead;
    if (lexer->lookahead == '"') {
      if (take_three(lexer, '"')) break;
    } else if (lexer->lookahead == '`') {
      if (take_three(lexer, '`')) code = !code;
    } else if (code) {
      take(lexer);
    } else if (lexer->lookahead == '{') {
      take(lexer);
      if (lexer->lookahead == '{') take(lexer);
      else if (!is_code(lexer, before)) break;
    } else {
      take(lexer);
    }
    if (!is_blank(now) && now != '\n') before = now;
    any = true;
  }
  if (lexer->eof(lexer)) lexer->mark_end(lexer);
  lexer->result_symbol = PROSE_TEXT;
  return any;
}

// After a newline, returns whether the statement ends, that is, whether the next line does not continue it. Skips blank lines.
// If a comment follows, the newline after the comment decides.
static bool scan_newline(TSLexer *lexer) {
  while (lexer->lookahead == '\n' || is_blank(lexer->lookahead)) {
    bool newline = lexer->lookahead == '\n';
    take(lexer);
    if (newline) lexer->mark_end(lexer);
  }
  lexer->result_symbol = NEWLINE;
  switch (lexer->lookahead) {
    case '#':
    case '{': return false;
    case '=': take(lexer); return lexer->lookahead != '>';
    case 'w':
    case 'e': {
      char word[LONGEST + 1];
      read_word(lexer, word);
      return strcmp(word, "where") != 0 && strcmp(word, "else") != 0;
    }
    default: return true;
  }
}

// Scans a comma that is the last one in its list.
static bool scan_last_comma(TSLexer *lexer) {
  take(lexer);
  lexer->mark_end(lexer);
  while (true) {
    while (lexer->lookahead == '\n' || is_blank(lexer->lookahead)) take(lexer);
    if (lexer->lookahead != '#') break;
    while (lexer->lookahead != '\n' && !lexer->eof(lexer)) take(lexer);
  }
  lexer->result_symbol = LAST_COMMA;
  if (lexer->eof(lexer) || lexer->lookahead == ';' || lexer->lookahead == '}') return true;
  if (lexer->lookahead != '=') return false;
  take(lexer);
  return lexer->lookahead == '>';
}

static bool scan_row_end(TSLexer *lexer) {
  lexer->result_symbol = ROW_END;
  if (lexer->lookahead == '\n') take(lexer);
  else if (lexer->lookahead != ';' && lexer->lookahead != '}' && !lexer->eof(lexer)) return false;
  lexer->mark_end(lexer);
  return true;
}

bool tree_sitter_pagewalk_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid) {
  (void)payload;
  bool recovering = valid[RECOVERING];
  if (valid[PROSE_TEXT] && !recovering) return scan_prose(lexer);

  while (is_blank(lexer->lookahead)) skip(lexer);
  if (valid[ROW_END] && !recovering) return scan_row_end(lexer);
  if (lexer->lookahead == '\n') {
    if (valid[NEWLINE]) return scan_newline(lexer);
    while (lexer->lookahead == '\n' || is_blank(lexer->lookahead)) skip(lexer);
  }
  if (valid[NUMBER] && is_digit(lexer->lookahead)) return scan_number(lexer);
  if (valid[LAST_COMMA] && !recovering && lexer->lookahead == ',') return scan_last_comma(lexer);
  return false;
}

void *tree_sitter_pagewalk_external_scanner_create(void) { return NULL; }

void tree_sitter_pagewalk_external_scanner_destroy(void *payload) { (void)payload; }

unsigned tree_sitter_pagewalk_external_scanner_serialize(void *payload, char *buffer) {
  (void)payload;
  (void)buffer;
  return 0;
}

void tree_sitter_pagewalk_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
  (void)payload;
  (void)buffer;
  (void)length;
}
