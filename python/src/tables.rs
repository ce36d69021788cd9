//! Tables as Arrow record batches, through the C stream interface.

use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, RecordBatchIterator, StringArray,
    UInt64Array,
};
use arrow_schema::{ArrowError, Field, Schema};
use pagewalk_script::api::facts::{Cell, ColumnType};
use pagewalk_script::api::tables;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

/// A table in Arrow's format. Libraries such as pyarrow and polars read it with `__arrow_c_stream__`.
#[pyclass(frozen, module = "pagewalk._pagewalk")]
pub(crate) struct Table(RecordBatch);

impl Table {
    pub(crate) fn from_table(table: &tables::Table) -> PyResult<Self> {
        batch(table).map(Self).map_err(|error| PyRuntimeError::new_err(error.to_string()))
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
            let cells = cells.iter().map(|cell| read(cell, kind)).collect::<PyResult<_>>()?;
            Ok(tables::TableColumn { name, kind, cells })
        };
        let columns = columns.into_iter().map(column).collect::<PyResult<_>>()?;
        Self::from_table(&tables::Table { columns })
    }

    /// The names of the columns.
    #[getter]
    fn column_names(&self) -> Vec<String> {
        self.0.schema().fields().iter().map(|field| field.name().clone()).collect()
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
        PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(batches)), c"arrow_array_stream")
    }
}

fn read(cell: &Bound<'_, PyAny>, kind: ColumnType) -> PyResult<Cell> {
    if cell.is_none() {
        return Ok(Cell::Missing);
    }
    Ok(match kind {
        ColumnType::Unsigned => Cell::Unsigned(cell.extract()?),
        ColumnType::Float => Cell::Float(cell.extract()?),
        _ => Cell::Text(cell.extract::<String>()?.into()),
    })
}

fn batch(table: &tables::Table) -> Result<RecordBatch, ArrowError> {
    let arrays: Vec<ArrayRef> = table.columns.iter().map(array).collect();
    let field = |(column, array): (&tables::TableColumn, &ArrayRef)| {
        Field::new(&column.name, array.data_type().clone(), true)
    };
    let fields: Vec<Field> = table.columns.iter().zip(&arrays).map(field).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
}

/// Returns the array of a column. A cell that is not of the column's type is null.
fn array(column: &tables::TableColumn) -> ArrayRef {
    let cells = column.cells.iter();
    match column.kind {
        ColumnType::Unsigned => Arc::new(UInt64Array::from_iter(cells.map(|cell| match cell {
            Cell::Unsigned(n) => Some(*n),
            _ => None,
        }))),
        ColumnType::Integer => Arc::new(Int64Array::from_iter(cells.map(|cell| match cell {
            Cell::Unsigned(n) => i64::try_from(*n).ok(),
            Cell::Integer(n) => Some(*n),
            _ => None,
        }))),
        ColumnType::Float => Arc::new(Float64Array::from_iter(cells.map(|cell| match cell {
            Cell::Float(x) => Some(*x),
            _ => None,
        }))),
        ColumnType::Boolean => Arc::new(BooleanArray::from_iter(cells.map(|cell| match cell {
            Cell::Boolean(truth) => Some(*truth),
            _ => None,
        }))),
        ColumnType::Text => Arc::new(StringArray::from_iter(cells.map(|cell| match cell {
            Cell::Text(text) => Some(&**text),
            _ => None,
        }))),
        ColumnType::TextList => {
            let mut lists = ListBuilder::new(StringBuilder::new());
            for cell in cells {
                if let Cell::List(elements) = cell {
                    elements.iter().for_each(|element| lists.values().append_option(text(element)));
                    lists.append(true);
                } else {
                    lists.append(false);
                }
            }
            Arc::new(lists.finish())
        }
    }
}

/// Returns an element of a list as text.
fn text(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Text(text) => Some(text.to_string()),
        Cell::Unsigned(n) => Some(n.to_string()),
        Cell::Integer(n) => Some(n.to_string()),
        _ => None,
    }
}
