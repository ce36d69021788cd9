//! Parses a whole trace and ignores the records. Compare the running time with the running time of `wc -l` on the
//! same trace.
//!
//! `PAGEWALK_TRACE=FILE cargo bench --bench parse` prints the numbers of records and malformed lines. Without a
//! trace, the benchmark prints a hint.

use std::env;
use std::error::Error;
use std::path::Path;

use pagewalk_engine::trace::reader::Reader;
use pagewalk_engine::trace::record::RecordBatch;

fn main() -> Result<(), Box<dyn Error>> {
    let Some(path) = env::var_os("PAGEWALK_TRACE") else {
        println!("PAGEWALK_TRACE names no trace; benches/traces.sh makes some");
        return Ok(());
    };
    let mut reader = Reader::open(Path::new(&path), None)?;
    let (mut batch, mut count) = (RecordBatch::default(), 0);
    while reader.next(&mut batch)? {
        count += batch.len();
    }
    println!(
        "{count} records, {} malformed lines",
        reader.malformed().count
    );
    Ok(())
}
