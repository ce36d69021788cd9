<?php
// Has Moodle's importer read a file of Moodle XML, and its question types grade answers. `.ci/exports.py` calls it:
// `php exports-moodle.php MOODLE FILE`, where MOODLE is a checkout. Prints JSON: the questions as imported, each subquestion with
// its answers. Standard input is a JSON list of [question, subquestion, answer]; each is graded from 0 to 1.
// Functions for Moodle's pages and database are stubs here.
define('MOODLE_INTERNAL', true);
define('FORMAT_MOODLE', 0);
define('FORMAT_HTML', 1);
define('FORMAT_PLAIN', 2);
define('PARAM_TEXT', 'text');
define('DEBUG_DEVELOPER', 0);
[, $moodle, $file] = $argv;
if (is_dir("$moodle/public")) {
    $moodle = "$moodle/public";
}
$CFG = (object) ['dirroot' => $moodle, 'libdir' => "$moodle/lib"];
$USER = null;
$problems = [];

class question_type {}
class question_graded_automatically {}
class question_graded_automatically_with_countback {}
class question_graded_by_strategy { public function __construct() {} }
interface question_response_answer_comparer {}
interface question_automatically_gradable {}
interface question_automatically_gradable_with_countback {}
interface renderable {}
class question_answer {}
class core_text { public static function strlen($text) { return mb_strlen($text); } }
class core_tag_tag { public static function is_enabled() { return false; } }
class question_bank { public static function get_qtype() {} }
class moodle_exception extends Exception {}
class coding_exception extends Exception {}
class xml_format_exception_stub extends Exception {}
function debugging($what) { global $problems; $problems[] = $what; }
function get_string($name, $where = '', $with = null) { return $name . ' ' . json_encode($with); }
function get_config() { return 1; }
function clean_param($text) { return strip_tags($text); }
function fullclone($thing) { return unserialize(serialize($thing)); }
function shorten_text($text, $length) { return mb_substr($text, 0, $length); }

/** The source of a file of Moodle without what it requires: that is stubbed above. */
function source($path) {
    global $CFG;
    $code = preg_replace('/^\s*require_once\(.*\);$/m', '', file_get_contents("$CFG->dirroot/$path"));
    return substr($code, strpos($code, '<?php') + 5);
}
foreach (['lib/xmlize.php', 'question/format.php', 'question/format/xml/format.php', 'question/type/multichoice/question.php',
          'question/type/shortanswer/question.php', 'question/type/numerical/question.php',
          'question/type/numerical/questiontype.php', 'question/type/multianswer/questiontype.php'] as $path) {
    eval(source($path));
}

class importer extends qformat_xml {
    public function __construct() {}
    protected function error($message, $text = '', $name = '') {
        global $problems;
        $problems[] = "$name: $message $text";
    }
    public function path($path) { return $this->split_category_path($path); }
}

$importer = new importer();
$questions = $importer->readquestions(file($file));
$read = [];
foreach ($questions as $question) {
    $one = ['qtype' => $question->qtype, 'name' => $question->name ?? '', 'idnumber' => $question->idnumber ?? '', 'subs' => []];
    if ($question->qtype === 'category') {
        $one['path'] = $importer->path($question->category);
    }
    foreach ($question->options->questions ?? [] as $sub) {
        $text = fn($answer) => is_array($answer) ? $answer['text'] : $answer;
        $one['subs'][] = ['qtype' => $sub->qtype, 'mark' => (float) $sub->defaultmark, 'single' => $sub->single ?? null,
            'answers' => array_map($text, array_values($sub->answer)), 'fractions' => array_map('floatval', array_values($sub->fraction)),
            'tolerance' => array_map('floatval', array_values($sub->tolerance ?? []))];
    }
    $one['mark'] = (float) ($question->defaultmark ?? 0);
    $one['text'] = $question->questiontext ?? '';
    $one['grader'] = $question->graderinfo['text'] ?? '';
    $read[] = $one;
}

/** What a subquestion gives for an answer: as the question types' own rules say. */
function mark($sub, $response) {
    foreach ($sub['answers'] as $at => $answer) {
        if ($sub['qtype'] === 'shortanswer') {
            $right = qtype_shortanswer_question::compare_string_with_wildcard($response, $answer, true);
        } else if ($sub['qtype'] === 'numerical') {
            $processor = new qtype_numerical_answer_processor([], false, '.', ',');
            [$value] = $processor->apply_units($response);
            $right = $value !== null && abs($value - (float) $answer) <= max($sub['tolerance'][$at], 1e-6 * abs((float) $answer));
        } else {
            $right = $response === $answer;
        }
        if ($right) {
            return $sub['fractions'][$at];
        }
    }
    return 0;
}
$marks = array_map(fn($asked) => mark($read[$asked[0]]['subs'][$asked[1]], $asked[2]), json_decode(stream_get_contents(STDIN), true) ?? []);
echo json_encode(['questions' => $read, 'marks' => $marks, 'problems' => $problems]), "\n";
