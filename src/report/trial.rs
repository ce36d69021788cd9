use super::json::JsonSink;
use super::playing::{SIMPLE, play};
use super::text::{Options, TextSink};
#[test]
fn trial() {
    let Ok(path) = std::env::var("PW") else { return };
    let script = std::fs::read_to_string(path).unwrap().replace("@SIMPLE", SIMPLE);
    let mut out = Vec::new();
    if std::env::var("JSON").is_ok() {
        let (sink, ended) = play(&script, |sources| JsonSink::new(&mut out, sources));
        sink.finish(ended.totals, 0).unwrap();
    } else {
        let options =
            Options { explain: std::env::var("EXPLAIN").is_ok(), color: std::env::var("COLOR").is_ok() };
        let (sink, ended) = play(&script, |sources| TextSink::new(&mut out, sources, options));
        sink.finish(ended.totals, 0).unwrap();
    }
    println!("{}", String::from_utf8(out).unwrap());
}
