//! Conversion of values to Python objects.

use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use serde_json::Value;

/// Converts documented data, such as a snapshot of a state. The crate `pythonize` would require an older
/// version of `pyo3`.
pub(crate) fn from_json<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    match value {
        Value::Null => Ok(py.None().into_bound(py)),
        Value::Bool(truth) => truth.into_bound_py_any(py),
        Value::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(n), _) => n.into_bound_py_any(py),
            (_, Some(n)) => n.into_bound_py_any(py),
            (None, None) => number.as_f64().into_bound_py_any(py),
        },
        Value::String(text) => text.into_bound_py_any(py),
        Value::Array(elements) => {
            let list = PyList::empty(py);
            elements
                .iter()
                .try_for_each(|element| list.append(from_json(py, element)?))?;
            Ok(list.into_any())
        }
        Value::Object(members) => {
            let dict = PyDict::new(py);
            members
                .iter()
                .try_for_each(|(name, value)| dict.set_item(name, from_json(py, value)?))?;
            Ok(dict.into_any())
        }
    }
}
