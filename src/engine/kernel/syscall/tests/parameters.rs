//! Tests prototypes and the constants for their parameters.

use crate::kernel::syscall::{Returns, constants, system_call, system_calls};

#[test]
fn every_prototype_has_the_parameters_that_its_call_takes() {
    for row in system_calls() {
        let parameters = row.parameters();
        assert_eq!(parameters.len(), row.params.len(), "{}", row.prototype);
        for parameter in parameters {
            let (from, to) = parameter.span;
            assert!(
                row.prototype[from..to].contains(parameter.name),
                "{}",
                row.prototype
            );
        }
    }
    let names = |name| {
        let row = system_call(name).expect("a call");
        row.parameters()
            .iter()
            .map(|parameter| (parameter.name, parameter.pointer))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        names("open"),
        [("path", true), ("flags", false), ("mode", false)]
    );
    assert_eq!(
        names("execve"),
        [("path", true), ("argv", true), ("envp", true)]
    );
    assert_eq!(names("fork"), []);
}

#[test]
fn a_prototype_has_the_return_type_of_c() {
    let returns = |name| system_call(name).expect("a call").returns();
    for name in ["mmap", "mremap", "malloc", "calloc", "realloc", "sbrk"] {
        assert_eq!(returns(name), Returns::Pointer, "{name}");
    }
    for name in ["exit", "free"] {
        assert_eq!(returns(name), Returns::Nothing, "{name}");
    }
    let numbers = system_calls().filter(|row| row.returns() == Returns::Number);
    assert_eq!(numbers.count(), system_calls().count() - 8);
}

#[test]
fn every_constant_is_meant_for_some_parameter() {
    for constant in constants().filter(|constant| !constant.passed.is_empty()) {
        let taken =
            system_calls().any(|row| row.parameters().iter().any(|one| row.takes(one, constant)));
        assert!(
            taken,
            "{}: no parameter `{}`",
            constant.name, constant.passed
        );
    }
}
