//! Data files next to a script, from texts in memory and from the file system.

use std::path::Path;

use super::DataFiles;
use crate::lang::ast::Word;
use crate::lang::diagnostic::Code;
use crate::lang::include::{Texts, read};
use crate::lang::source::Sources;
use crate::lang::span::Span;

/// Returns a loader that has only texts in memory.
fn texts(files: &[(&str, &str)]) -> Texts<()> {
    let texts = files
        .iter()
        .map(|(path, text)| ((*path).into(), text.as_bytes().to_vec()))
        .collect();
    Texts { texts, other: () }
}

/// Returns the sources of the script `/lab/main.pw` among these files.
fn sources(loader: &mut Texts<()>) -> Sources {
    read(Path::new("/lab/main.pw"), loader).0
}

/// Returns a name in the file with this number.
fn word(file: u32, text: &str) -> Word {
    Word {
        text: text.into(),
        span: Span {
            file,
            start: 3,
            end: 9,
        },
    }
}

#[test]
fn a_file_is_read_once_under_any_name() {
    let mut loader = texts(&[("/lab/main.pw", ""), ("/lab/cpu/a.yaml", "page: 64 B")]);
    let mut sources = sources(&mut loader);
    let mut beside = DataFiles::new(&mut sources, 0, &mut loader);
    let first = beside.read(&word(0, "cpu/a.yaml"));
    assert_eq!(first, Ok(1));
    assert_eq!(beside.read(&word(0, "./cpu/../cpu/a.yaml")), Ok(1));
    assert_eq!(beside.text(1), "page: 64 B");
    assert_eq!(sources.files().len(), 2);
    assert_eq!(
        sources.file(1).map(|file| file.name.as_str()),
        Some("/lab/cpu/a.yaml")
    );
}

#[test]
fn a_name_is_relative_to_its_file() {
    let files = [
        ("/lab/main.pw", "include \"sub/inner.pw\""),
        ("/lab/sub/inner.pw", ""),
        ("/lab/sub/a.yaml", "inner"),
        ("/lab/a.yaml", "outer"),
    ];
    let mut loader = texts(&files);
    let mut sources = sources(&mut loader);
    let mut beside = DataFiles::new(&mut sources, 0, &mut loader);
    let (outer, inner) = (
        beside.read(&word(0, "a.yaml")),
        beside.read(&word(1, "a.yaml")),
    );
    assert_eq!(
        outer.map(|number| beside.text(number).to_owned()),
        Ok("outer".to_owned())
    );
    assert_eq!(
        inner.map(|number| beside.text(number).to_owned()),
        Ok("inner".to_owned())
    );
    assert_eq!(beside.read(&word(1, "../a.yaml")), Ok(2));
}

#[test]
fn nothing_outside_the_folder_of_the_script_is_read() {
    let files = [
        ("/lab/main.pw", ""),
        ("/secret.yaml", "x"),
        ("/laboratory/a.yaml", "x"),
    ];
    let mut loader = texts(&files);
    let mut sources = sources(&mut loader);
    let mut beside = DataFiles::new(&mut sources, 0, &mut loader);
    for name in [
        "../secret.yaml",
        "/secret.yaml",
        "../laboratory/a.yaml",
        "../missing.yaml",
        "/etc/passwd",
    ] {
        let wrong = beside.read(&word(0, name));
        assert_eq!(
            wrong.as_ref().map_err(|wrong| (wrong.code, wrong.span)),
            Err((Code::OutsideFolder, word(0, "").span)),
            "{name}"
        );
    }
    assert_eq!(sources.files().len(), 1);
}

#[test]
fn unreadable_files_are_reported_at_their_names() {
    let long = "x".repeat((1 << 20) + 1);
    let mut loader = texts(&[
        ("/lab/main.pw", ""),
        ("/lab/long.yaml", &long),
        ("/lab/just.yaml", &long[1..]),
    ]);
    loader
        .texts
        .insert("/lab/latin.yaml".into(), b"page: 4\xE9".to_vec());
    let mut sources = sources(&mut loader);
    let mut beside = DataFiles::new(&mut sources, 0, &mut loader);
    let said = |name: &str, beside: &mut DataFiles| {
        let wrong = beside.read(&word(0, name)).err();
        wrong.map(|wrong| (wrong.code, wrong.message))
    };
    let unreadable = |message: &str| Some((Code::Unreadable, message.to_owned()));
    assert_eq!(
        said("none.yaml", &mut beside),
        unreadable("cannot read `none.yaml`: there is no such file")
    );
    assert_eq!(
        said("long.yaml", &mut beside),
        unreadable("cannot read `long.yaml`: the file is larger than 1 MB")
    );
    assert!(
        said("latin.yaml", &mut beside).is_some_and(|(_, message)| message.contains("not UTF-8"))
    );
    assert_eq!(said("just.yaml", &mut beside), None);
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_folder_is_not_followed() -> std::io::Result<()> {
    use crate::lang::include::Disk;
    let folder = std::env::temp_dir().join(format!("pagewalk-beside-{}", std::process::id()));
    let lab = folder.join("lab");
    std::fs::create_dir_all(&lab)?;
    std::fs::write(folder.join("secret.yaml"), "page: 64 B")?;
    std::fs::write(lab.join("main.pw"), "")?;
    std::fs::write(lab.join("own.yaml"), "page: 64 B")?;
    std::os::unix::fs::symlink(folder.join("secret.yaml"), lab.join("link.yaml"))?;
    std::os::unix::fs::symlink(lab.join("own.yaml"), lab.join("alias.yaml"))?;
    let mut sources = read(&lab.join("main.pw"), &mut Disk).0;
    let mut disk = Disk;
    let mut beside = DataFiles::new(&mut sources, 0, &mut disk);
    let answers = ["link.yaml", "own.yaml", "alias.yaml"]
        .map(|name| beside.read(&word(0, name)).map_err(|wrong| wrong.code));
    std::fs::remove_dir_all(&folder)?;
    assert_eq!(answers, [Err(Code::OutsideFolder), Ok(1), Ok(1)]);
    Ok(())
}
