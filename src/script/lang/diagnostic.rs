//! Diagnostics: a code, a place, a message, and a fix.

use super::fix::Fix;
use super::span::Span;

/// How serious a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The script cannot run, or stops here.
    Error,
    /// The script runs, but perhaps not as its author meant.
    Warning,
}

/// A mistake in a script, or a warning. Failed expectations (`Mismatch`) and faults (the machine's answer) are not
/// diagnostics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The kind of mistake, with a page (`pagewalk explain CODE`).
    pub code: Code,
    /// Whether it keeps the script from running.
    pub severity: Severity,
    /// The message, a sentence without a full stop.
    pub message: String,
    /// The exact token.
    pub span: Span,
    /// The label under the token; may be empty.
    pub label: String,
    /// How to fix it.
    pub help: Option<String>,
    /// The fix as a change of the text, where the help gives the exact text.
    pub fix: Option<Box<Fix>>,
    /// Related places, each with a label.
    pub related: Vec<(Span, String)>,
}

impl Diagnostic {
    /// Returns a diagnostic without label or help.
    pub(crate) fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        let (label, related) = (String::new(), Vec::new());
        let severity = Severity::Error;
        Self { code, severity, message: message.into(), span, label, help: None, fix: None, related }
    }

    /// Returns a warning without label or help.
    pub(crate) fn warning(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::new(code, span, message) }
    }

    /// Whether it is a warning.
    pub fn is_warning(&self) -> bool {
        self.severity == Severity::Warning
    }

    /// Sets the label under the token.
    #[must_use]
    pub(crate) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Sets the help.
    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Sets a fix; if there is no help, the fix's title becomes the help.
    #[must_use]
    pub(crate) fn fix(mut self, fix: Fix) -> Self {
        self.help.get_or_insert_with(|| fix.title());
        self.fix = Some(Box::new(fix));
        self
    }

    /// Suggests the name that was probably meant instead of this one, which is the token.
    #[must_use]
    pub(crate) fn did_you_mean(self, said: &str, near: &str) -> Self {
        if said == near {
            return self;
        }
        let fix = Fix::write(self.span, said, near);
        self.help(format!("did you mean `{near}`?")).fix(fix)
    }

    /// Suggests the difference of two words that a `-` has joined, at the token.
    #[must_use]
    pub(crate) fn subtraction(self, a: &str, b: &str) -> Self {
        let fix = Fix::write(self.span, format!("{a}-{b}"), format!("{a} - {b}"));
        self.help(format!("`-` joins words: to subtract, write `{}` with spaces", fix.text)).fix(fix)
    }

    /// Adds a related place.
    #[must_use]
    pub(crate) fn also(mut self, span: Span, label: impl Into<String>) -> Self {
        self.related.push((span, label.into()));
        self
    }
}

/// Defines the enum of codes and its registry from one list of rows.
macro_rules! codes {
    ($($variant:ident $name:literal $summary:literal)*) => {
        /// The kinds of mistake, one row each. The section of that name in `docs/reference/diagnostics.md` is its page.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $(#[doc = $summary] $variant),* }

        impl Code {
            /// All codes, in the order of the registry.
            pub const ALL: &'static [Code] = &[$(Code::$variant),*];

            /// Returns its name, as printed and as `pagewalk explain` takes it.
            pub fn name(self) -> &'static str {
                match self { $(Code::$variant => $name),* }
            }

            /// Returns its meaning, in one line.
            pub fn summary(self) -> &'static str {
                match self { $(Code::$variant => $summary),* }
            }
        }
    };
}

codes! {
    // Reading
    Syntax "syntax" "the text is not a statement of the language"
    Unclosed "unclosed" "a bracket, brace or string is opened and never closed"
    BadNumber "bad-number" "what looks like a number is not one"
    TooDeep "too-deep" "brackets or blocks are nested too deeply"
    Unreadable "unreadable" "a file cannot be read, or is not UTF-8 text"
    OutsideFolder "outside-folder" "a script names a file outside its own folder"
    IncludeCircle "include-circle" "files include each other in a circle"
    IncludeDepth "include-depth" "files include each other too deeply"
    // Names
    UnknownVerb "unknown-verb" "no statement begins with this word"
    UnknownName "unknown-name" "no variable has this name here"
    UnknownFunction "unknown-function" "no function or definition has this name"
    UnknownFact "unknown-fact" "this statement has no fact of this name"
    UnknownSetting "unknown-setting" "no setting has this name here"
    UnknownColumn "unknown-column" "this table has no column of this name"
    UnknownNoun "unknown-noun" "the machine has no part with this name"
    UnknownPath "unknown-path" "this has no property of this name"
    UnknownWord "unknown-word" "this place takes one of a few words, and this is not one of them"
    UnknownProcess "unknown-process" "no process has this name"
    WhichProcess "which-process" "several processes run, and the statement does not name one"
    Recursion "recursion" "a definition calls itself"
    Duplicate "duplicate" "the same thing is given twice"
    BarePage "bare-page" "a page of a `reference` without brackets has the name of a variable"
    Unlikely "unlikely" "the script runs, but probably not as it was meant"
    NoEffect "no-effect" "this part of the script changes nothing in any run"
    NotInLanguage "not-in-language" "the language leaves this out on purpose"
    // Values
    Overflow "overflow" "a number leaves the range of the language"
    DivideByZero "divide-by-zero" "a division by zero"
    WrongType "wrong-type" "a value of this kind is not allowed here"
    NotAnInteger "not-an-integer" "this place needs a whole number"
    WrongUnit "wrong-unit" "a number has a unit that does not fit its place"
    WrongCount "wrong-count" "too many or too few values"
    BadIndex "bad-index" "an index outside the list"
    NoAnswer "no-answer" "there is no latest operation, or it has no such fact"
    NothingToChoose "nothing-to-choose" "no value satisfies the conditions of a choose"
    // Exams
    Misplaced "misplaced" "a statement is not allowed at this place"
    NoBlank "no-blank" "a question, part or `ask` asks nothing"
    BadPoints "bad-points" "points that do not add up"
    NoCorrectAnswer "no-correct-answer" "a choice without a correct option"
    // The machine
    NoMachine "no-machine" "an operation needs a machine, or a part that this machine does not have"
    BadWidth "bad-width" "an address, field or page width is out of range"
    NotAPowerOfTwo "not-a-power-of-two" "this number must be a power of two"
    BadGeometry "bad-geometry" "sizes of a TLB, cache or page table that do not fit each other"
    BadFormat "bad-format" "fields of a page-table entry that overlap or do not fit"
    AddressTooWide "address-too-wide" "an address does not fit the machine's address space"
    ValueTooWide "value-too-wide" "a value does not fit its field"
    BadTable "bad-table" "a table's rows and columns do not agree"
    MachineFile "machine-file" "a machine file is not valid"
    // The kernel
    NoKernel "no-kernel" "an operation needs a kernel or a process, and there is none"
    BadKernel "bad-kernel" "the settings of a kernel do not fit the machine"
    BadArea "bad-area" "an area that the address space cannot have"
    ProcessEnded "process-ended" "the process has ended"
    OutOfMemory "out-of-memory" "the kernel needs memory and there is none"
    KeptByKernel "kept-by-kernel" "the kernel keeps this itself, and a script cannot set it"
    // Limits
    LimitSteps "limit-steps" "the script ran more statements than its budget"
    LimitSize "limit-size" "something would need more memory than allowed"
}
