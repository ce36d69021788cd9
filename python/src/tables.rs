//! Tables as Arrow record batches, through the C stream interface.

use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, RecordBatchIterator,
    StringArray, UInt64Array,
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
            Ok(tables::TableColumn { name, kind, cells })
        };
        let columns = columns.into_iter().map(column).collect::<PyResult<_>>()?;
        Self::from_table(&tables::Table { columns })
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
        ColumnType::Unsigned => Arc::new(cells.map(unsigned).collect::<UInt64Array>()),
        ColumnType::Integer => Arc::new(cells.map(integer).collect::<Int64Array>()),
        ColumnType::Float => Arc::new(cells.map(float).collect::<Float64Array>()),
        ColumnType::Boolean => Arc::new(cells.map(boolean).collect::<BooleanArray>()),
        ColumnType::Text => Arc::new(cells.map(word).collect::<StringArray>()),
        ColumnType::TextList => {
            let mut lists = ListBuilder::new(StringBuilder::new());
            for cell in cells {
                let elements = if let Cell::List(elements) = cell {
                    Some(elements)
                } else {
                    None
                };
                for element in elements.into_iter().flatten() {
                    lists.values().append_option(text(element));
                }
                lists.append(elements.is_some());
            }
            Arc::new(lists.finish())
        }
    }
}

fn unsigned(cell: &Cell) -> Option<u64> {
    if let Cell::Unsigned(n) = cell {
        Some(*n)
    } else {
        None
    }
}

fn integer(cell: &Cell) -> Option<i64> {
    if let Cell::Integer(n) = cell {
        Some(*n)
    } else {
        i64::try_from(unsigned(cell)?).ok()
    }
}

fn float(cell: &Cell) -> Option<f64> {
    if let Cell::Float(x) = cell {
        Some(*x)
    } else {
        None
    }
}

fn boolean(cell: &Cell) -> Option<bool> {
    if let Cell::Boolean(truth) = cell {
        Some(*truth)
    } else {
        None
    }
}

fn word(cell: &Cell) -> Option<&str> {
    if let Cell::Text(text) = cell {
        Some(text)
    } else {
        None
    }
}

/// Returns an element of a list as text.
fn text(cell: &Cell) -> Option<String> {
    word(cell)
        .map(str::to_owned)
        .or_else(|| integer(cell).map(|n| n.to_string()))
}
