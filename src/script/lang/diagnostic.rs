//! Diagnostics: a code, a place, a message, and a fix.

use super::fix::Fix;
use super::span::Span;

/// The severity of a diagnostic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The script cannot run, or the run stops here.
    Error,
    /// The script runs, but perhaps not as the author intended.
    Warning,
}

/// An error in a script, or a warning. Failed expectations (`Mismatch`) and faults, which are results of the
/// machine, are not diagnostics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The kind of error, which `pagewalk explain CODE` documents.
    pub code: Code,
    /// Whether the diagnostic prevents the script from running.
    pub severity: Severity,
    /// The message: a sentence without a final period.
    pub message: String,
    /// The exact token.
    pub span: Span,
    /// The label under the token, possibly empty.
    pub label: String,
    /// The instructions for a fix.
    pub help: Option<String>,
    /// The fix as an edit, if the help gives the exact text.
    pub fix: Option<Box<Fix>>,
    /// Related places, each with a label.
    pub related: Vec<(Span, String)>,
}

/// Returns the messages of diagnostics as the text of an error, which has no excerpts of the script.
pub(crate) fn messages(of: &[Diagnostic]) -> String {
    let messages: Vec<&str> = of.iter().map(|one| one.message.as_str()).collect();
    messages.join("; ")
}

impl Code {
    /// Whether the error ends the run even in a scenario, because the budget of the run is spent.
    pub(crate) fn ends_run(self) -> bool {
        matches!(self, Self::LimitSteps | Self::LimitMemory | Self::LimitTime)
    }
}

impl Diagnostic {
    /// Returns an error without a label or help.
    pub(crate) fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        let (label, related) = (String::new(), Vec::new());
        let severity = Severity::Error;
        Self {
            code,
            severity,
            message: message.into(),
            span,
            label,
            help: None,
            fix: None,
            related,
        }
    }

    /// Returns a warning without a label or help.
    pub(crate) fn warning(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::new(code, span, message)
        }
    }

    /// Whether this diagnostic is a warning.
    pub fn is_warning(&self) -> bool {
        self.severity == Severity::Warning
    }

    /// Sets the label under the token.
    #[must_use]
    pub(crate) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Sets a fix. If the diagnostic has no help, the title of the fix becomes the help, which
    /// therefore cannot contradict the fix.
    #[must_use]
    pub(crate) fn fix(mut self, fix: Fix) -> Self {
        self.help.get_or_insert_with(|| fix.title());
        self.fix = Some(Box::new(fix));
        self
    }

    /// Suggests the name that was probably intended instead of the token.
    #[must_use]
    pub(crate) fn did_you_mean(self, said: &str, near: &str) -> Self {
        if said == near {
            return self;
        }
        let fix = Fix::write(self.span, said, near);
        self.help(format!("did you mean `{near}`?")).fix(fix)
    }

    /// Suggests a subtraction for a token in which a `-` joins two words.
    #[must_use]
    pub(crate) fn subtraction(self, a: &str, b: &str) -> Self {
        let fix = Fix::write(self.span, format!("{a}-{b}"), format!("{a} - {b}"));
        self.help(format!(
            "in a name, `-` joins words; to subtract, write `{}` with spaces",
            fix.text
        ))
        .fix(fix)
    }

    #[must_use]
    pub(crate) fn also(mut self, span: Span, label: impl Into<String>) -> Self {
        self.related.push((span, label.into()));
        self
    }
}

/// Defines the enum of codes and its registry from one list of rows.
macro_rules! codes {
    ($($variant:ident $name:literal $summary:literal)*) => {
        /// The kinds of errors, one row each. The section of `docs/reference/diagnostics.md` named after a
        /// code documents the code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $(#[doc = $summary] $variant),* }

        impl Code {
            /// All codes, in the order of the registry.
            pub const ALL: &'static [Code] = &[$(Code::$variant),*];

            /// Returns the name of the code, as it is printed and as `pagewalk explain` accepts it.
            pub fn name(self) -> &'static str {
                match self { $(Code::$variant => $name),* }
            }

            /// Returns the meaning of the code in one line.
            pub fn summary(self) -> &'static str {
                match self { $(Code::$variant => $summary),* }
            }
        }
    };
}

codes! {
    // Reading
    Syntax "syntax" "the text is not a statement of the language"
    Unclosed "unclosed" "a bracket, brace, or string is opened but never closed"
    UnclosedFence "unclosed-fence" "a code block of a document has no closing fence"
    BadNumber "bad-number" "a number is not valid"
    TooDeep "too-deep" "brackets or blocks are nested too deeply"
    Unreadable "unreadable" "a file cannot be read, or is not UTF-8 text"
    OutsideFolder "outside-folder" "a script names a file outside its own folder"
    BadCourse "bad-course" "the settings of a course, in `pagewalk.toml`, are invalid"
    IncludeCircle "include-circle" "files include each other in a cycle"
    IncludeDepth "include-depth" "includes are nested too deeply"
    // Names
    UnknownVerb "unknown-verb" "no statement begins with this word"
    UnknownName "unknown-name" "no variable has this name here"
    UnknownFunction "unknown-function" "no function or definition has this name"
    UnknownFact "unknown-fact" "this statement has no fact with this name"
    UnknownSetting "unknown-setting" "no setting has this name here"
    UnknownColumn "unknown-column" "this table has no column with this name"
    UnknownNoun "unknown-noun" "the machine has no part with this name"
    UnknownPath "unknown-path" "the value before the dot has no property with this name"
    UnknownWord "unknown-word" "this word is not allowed here"
    UnknownProcess "unknown-process" "no process has this name"
    WhichProcess "which-process" "several processes run, and the statement does not name one"
    Recursion "recursion" "a definition calls itself"
    Duplicate "duplicate" "a name, setting, or value is given twice"
    BarePage "bare-page" "a word in a `reference` is a variable or has a mark for a load or store"
    CSyntax "c-syntax" "the text of a program is not C, or not in the part of C that Pagewalk runs"
    CRun "c-run" "a program does something that C does not define, or never ends"
    Unlikely "unlikely" "the script runs, but probably not as intended"
    NoEffect "no-effect" "this part of the script has no effect in any run"
    NotInLanguage "not-in-language" "the language intentionally omits this feature"
    // Values
    Overflow "overflow" "a number is outside the supported range"
    DivideByZero "divide-by-zero" "an expression divides by zero"
    WrongType "wrong-type" "a value of this kind is not allowed here"
    NotAnInteger "not-an-integer" "a whole number is needed here"
    WrongUnit "wrong-unit" "a number has a unit that is not allowed here"
    WrongCount "wrong-count" "there are too many or too few values"
    BadIndex "bad-index" "an index is out of range"
    NoAnswer "no-answer" "no operation has run yet, or the latest operation has no such fact"
    NothingToChoose "nothing-to-choose" "no value satisfies the conditions of a `choose`"
    // Exams
    Misplaced "misplaced" "a statement is not allowed here"
    NoBlank "no-blank" "a question, part, or `ask` has nothing to ask for"
    BadPoints "bad-points" "the points do not add up"
    NoCorrectAnswer "no-correct-answer" "a choice has no correct option"
    // The machine
    NoMachine "no-machine" "an operation needs a machine or a part of a machine that the script does not declare"
    BadWidth "bad-width" "an address, field, or page width is out of range"
    NotAPowerOfTwo "not-a-power-of-two" "this number must be a power of two"
    BadGeometry "bad-geometry" "the sizes of a TLB, cache, or page table are inconsistent"
    BadFormat "bad-format" "fields of a page-table entry overlap or do not fit"
    AddressTooWide "address-too-wide" "an address does not fit the machine's address space"
    ValueTooWide "value-too-wide" "a value does not fit its field"
    BadTable "bad-table" "the rows of a table do not match its columns"
    MachineFile "machine-file" "a machine file is not valid"
    // The kernel
    NoKernel "no-kernel" "an operation needs a kernel or a process, but there is none"
    BadKernel "bad-kernel" "the settings of a kernel do not fit the machine"
    BadArea "bad-area" "an area is not valid in the address space"
    ProcessEnded "process-ended" "the process has ended"
    OutOfMemory "out-of-memory" "the kernel needs memory, but none is left"
    KeptByKernel "kept-by-kernel" "a script cannot set a part that the kernel manages"
    // Limits
    LimitSteps "limit-steps" "the script ran more statements than its budget allows"
    LimitTime "limit-time" "the script ran longer than its time limit allows"
    LimitMemory "limit-memory" "the script needs more memory than its budget allows"
    LimitSize "limit-size" "an operation needs more memory than allowed"
}
