//! Tables as Arrow record batches, through the C stream interface.

use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, RecordBatchIterator,
    StringArray, UInt64Array,
};
use arrow_schema::{ArrowError, Field, Schema};
use pagewalk_script::api::{ColumnType, TypedCell, TypedColumn, TypedTable};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

/// A table in Arrow's format. Libraries such as pyarrow and polars read it with `__arrow_c_stream__`.
#[pyclass(frozen, module = "pagewalk._pagewalk")]
pub(crate) struct Table(RecordBatch);

impl Table {
    pub(crate) fn from_table(table: &TypedTable) -> PyResult<Self> {
        batch(table)
            .map(Self)
            .map_err(|error| PyRuntimeError::new_err(error.to_string()))
    }
}

#[pymethods]
impl Table {
    /// Creates a table from columns, each with its name, its type, and its cells.
    #[new]
    fn new(columns: Vec<(String, String, Vec<Bound<'_, PyAny>>)>) -> PyResult<Self> {
        let column = |(name, kind, cells): (String, String, Vec<Bound<'_, PyAny>>)| {
            let kind = match &*kind {
                "uint64" => ColumnType::Unsigned,
                "double" => ColumnType::Float,
                _ => ColumnType::Text,
            };
            let cells = cells
                .iter()
                .map(|cell| read(cell, kind))
                .collect::<PyResult<_>>()?;
            Ok(TypedColumn { name, kind, cells })
        };
        let columns = columns.into_iter().map(column).collect::<PyResult<_>>()?;
        Self::from_table(&TypedTable { columns })
    }

    /// The names of the columns.
    #[getter]
    fn column_names(&self) -> Vec<String> {
        self.0
            .schema()
            .fields()
            .iter()
            .map(|field| field.name().clone())
            .collect()
    }

    /// The number of rows.
    fn __len__(&self) -> usize {
        self.0.num_rows()
    }

    /// Exports the table as an Arrow C stream. The optional schema is a request, which this table ignores.
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        drop(requested_schema);
        let batches = RecordBatchIterator::new([Ok(self.0.clone())], self.0.schema());
        PyCapsule::new_with_value(
            py,
            FFI_ArrowArrayStream::new(Box::new(batches)),
            c"arrow_array_stream",
        )
    }
}

fn read(cell: &Bound<'_, PyAny>, kind: ColumnType) -> PyResult<TypedCell> {
    if cell.is_none() {
        return Ok(TypedCell::Missing);
    }
    Ok(match kind {
        ColumnType::Unsigned => TypedCell::Unsigned(cell.extract()?),
        ColumnType::Float => TypedCell::Float(cell.extract()?),
        _ => TypedCell::Text(cell.extract::<String>()?.into()),
    })
}

fn batch(table: &TypedTable) -> Result<RecordBatch, ArrowError> {
    let arrays: Vec<ArrayRef> = table.columns.iter().map(array).collect();
    let field = |(column, array): (&TypedColumn, &ArrayRef)| {
        Field::new(&column.name, array.data_type().clone(), true)
    };
    let fields: Vec<Field> = table.columns.iter().zip(&arrays).map(field).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
}

/// Returns the array of a column. A cell that is not of the column's type is null.
fn array(column: &TypedColumn) -> ArrayRef {
    macro_rules! array {
        ($array:ty, $($kind:ident($value:ident) => $some:expr),+) => {
            Arc::new(column.cells.iter().map(|cell| match cell {
                $(TypedCell::$kind($value) => $some,)+
                _ => None,
            }).collect::<$array>())
        };
    }
    match column.kind {
        ColumnType::Unsigned => array!(UInt64Array, Unsigned(n) => Some(*n)),
        ColumnType::Integer => {
            array!(Int64Array, Integer(n) => Some(*n), Unsigned(n) => i64::try_from(*n).ok())
        }
        ColumnType::Float => array!(Float64Array, Float(x) => Some(*x)),
        ColumnType::Boolean => array!(BooleanArray, Boolean(truth) => Some(*truth)),
        ColumnType::Text => array!(StringArray, Text(text) => Some(&**text)),
        ColumnType::TextList => {
            let mut lists = ListBuilder::new(StringBuilder::new());
            for cell in &column.cells {
                if let TypedCell::List(elements) = cell {
                    for element in elements {
                        lists.values().append_option(text(element));
                    }
                }
                lists.append(matches!(cell, TypedCell::List(_)));
            }
            Arc::new(lists.finish())
        }
    }
}

/// Returns an element of a list as text.
fn text(cell: &TypedCell) -> Option<String> {
    match cell {
        TypedCell::Text(_) | TypedCell::Integer(_) => Some(cell.to_string()),
        TypedCell::Unsigned(n) => i64::try_from(*n).ok().map(|n| n.to_string()),
        _ => None,
    }
}
