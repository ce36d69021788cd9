<?php
// Has the development kit of TAO read the documents of a package and grade answers. `.ci/exports.py` calls it:
// `php exports-qti.php KIT FOLDER`. Standard input is a JSON list of [item, [[response, answer], …]]; each is a candidate's session
// with an item. Prints JSON: the score of each, and for each section the number of its items and of the selected ones.
use qtism\common\datatypes\QtiFloat;
use qtism\common\datatypes\QtiIdentifier;
use qtism\common\datatypes\QtiString;
use qtism\common\enums\BaseType;
use qtism\common\enums\Cardinality;
use qtism\data\storage\xml\XmlDocument;
use qtism\runtime\common\MultipleContainer;
use qtism\runtime\common\ResponseVariable;
use qtism\runtime\common\State;
use qtism\runtime\tests\AssessmentItemSession;

[, $kit, $folder] = $argv;
error_reporting(E_ALL & ~E_DEPRECATED);
spl_autoload_register(function ($class) use ($kit) {
    $path = "$kit/src/" . str_replace('\\', '/', $class) . '.php';
    if (file_exists($path)) {
        require $path;
    }
});

/** A document. */
function read($path) {
    $document = new XmlDocument('2.1.0');
    $document->loadFromString(file_get_contents($path));
    return $document;
}

$items = [];
foreach (glob("$folder/items/*.xml") as $path) {
    $items[basename($path)] = read($path)->getDocumentComponent();
}
$test = read("$folder/test.xml")->getDocumentComponent();
$sections = [];
foreach ($test->getComponentsByClassName('assessmentSection') as $section) {
    $selection = $section->getSelection();
    $sections[] = [count($section->getSectionParts()), $selection ? $selection->getSelect() : count($section->getSectionParts())];
}
$scores = [];
foreach (json_decode(stream_get_contents(STDIN), true) ?? [] as [$name, $answers]) {
    $item = $items[$name];
    $session = new AssessmentItemSession($item);
    $session->beginItemSession();
    $session->beginAttempt();
    $declared = [];
    foreach ($item->getResponseDeclarations() as $declaration) {
        $declared[$declaration->getIdentifier()] = $declaration;
    }
    $state = new State();
    foreach ($answers as [$identifier, $answer]) {
        $declaration = $declared[$identifier];
        $type = $declaration->getBaseType();
        $value = fn($one) => $type === BaseType::IDENTIFIER ? new QtiIdentifier($one)
            : ($type === BaseType::FLOAT ? new QtiFloat((float) $one) : new QtiString($one));
        if ($declaration->getCardinality() === Cardinality::MULTIPLE) {
            $given = new MultipleContainer($type, array_map($value, $answer));
        } else {
            $given = $answer === '' ? null : $value($answer);
        }
        $state->setVariable(new ResponseVariable($identifier, $declaration->getCardinality(), $type, $given));
    }
    $session->endAttempt($state);
    $scores[] = $session['SCORE']->getValue();
}
echo json_encode(['items' => count($items), 'sections' => $sections, 'scores' => $scores]), "\n";
