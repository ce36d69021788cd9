use super::*;

#[test]
fn scratch() {
    let Ok(path) = std::env::var("SCRATCH") else { return };
    let text = std::fs::read_to_string(path).unwrap();
    for line in text.lines() {
        let line = line.replace("\\n", "\n");
        println!("---- {line}");
        let Parsed { body, .. } = parse(0, &line, &mut ());
        println!("     {}", sketch::block(&body));
        for mistake in mistakes(&line) {
            println!("  !! {mistake}");
        }
    }
}
