//! x
use super::fields_of_yaml;
#[test]
fn explore() {
    for text in std::fs::read_to_string("/tmp/cases").unwrap().split("\n====\n") {
        println!("-----\n{text}");
        let sub = |s: crate::lang::span::Span| format!("{:?} [{}..{}]", text.get(s.start as usize..s.end as usize), s.start, s.end);
        match fields_of_yaml(3, text) {
            Ok(fields) => for f in fields { println!("OK {} args {:?} block {} whole {}", f.name.text, f.args.iter().map(|a| (format!("{:?}", a.kind), sub(a.span))).collect::<Vec<_>>(), f.block.is_some(), sub(f.span)); },
            Err(w) => for d in w { println!("ERR {} @ {}: {} / {:?} / {:?}", d.code.name(), sub(d.span), d.message, d.label, d.help); for (s, l) in d.related { println!("     also {}: {l}", sub(s)); } },
        }
    }
}
#[test]
fn slow() {
    let n: usize = std::env::var("N").unwrap().parse().unwrap();
    let cases = [("[", "["), ("{", "{"), ("{a", "{a: "), ("- ", "- "), ("? ", "? "), ("a: [", "a: ["), ("x", "a: x"), ("[]", "[],"), ("\"", "\""), ("#", "#"), ("a\n", "a\n"), ("&a ", "&a "), ("a\n\n", "\n"), ("k", ": "), ("!", "!"), ("'a", "'a'"), ("%", "%"), ("---", "---\n"), ("a,", "a,"), ("*a", "*a "), ("k: v", "k: v\n")];
    for (name, unit) in cases {
        let text = unit.repeat(n / unit.len());
        let t = std::time::Instant::now();
        let r = fields_of_yaml(0, &text);
        println!("{name:?} {:?} {}", t.elapsed(), r.err().map_or(String::new(), |w| w[0].message.clone()));
    }
    let mut deep = String::new();
    for i in 0..1400 { deep.push_str(&" ".repeat(i)); deep.push_str("a:\n"); }
    let t = std::time::Instant::now();
    let r = fields_of_yaml(0, &deep); println!("deep {:?} {}", t.elapsed(), r.err().map_or(String::new(), |w| w[0].message.clone()));
    let keys: String = (0..80000).map(|i| format!("k{i}: 1\n")).collect();
    let t = std::time::Instant::now();
    let r = fields_of_yaml(0, &keys); println!("keys {:?} {}", t.elapsed(), r.err().map_or(String::new(), |w| w[0].message.clone()));
    for (a,b) in [("[","a,"),("{","a,"),("[","a: b,"), ("[","'a',"),("[", "a ")] {
    let keys: String = format!("x: {}{}", a.repeat(999), b.repeat(1000000/b.len()));
    let t = std::time::Instant::now();
    let r = fields_of_yaml(0, &keys); println!("open {a} {b} {:?} {}", t.elapsed(), r.err().map_or(String::new(), |w| w[0].message.clone())); }
    let keys: String = format!("x: [{}]", "[".repeat(400_000));
    let t = std::time::Instant::now();
    let r = fields_of_yaml(0, &keys); println!("keys {:?} {}", t.elapsed(), r.err().map_or(String::new(), |w| w[0].message.clone()));
}
