//! The command that installs Typst on this machine, and the folder for the Python module `typst`.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The programs on this machine that can install others.
pub(crate) struct Installers<'m> {
    /// The Python interpreter that has `pip`.
    pub(crate) python: Option<&'m str>,
    /// Whether a command is on the PATH.
    pub(crate) has: &'m dyn Fn(&str) -> bool,
    /// The folder that contains Python's module `typst`.
    pub(crate) folder: Option<PathBuf>,
}

/// A package manager or Python's `pip`, with the command that installs Typst.
struct PackageManager {
    name: &'static str,
    command: &'static str,
    /// Whether the command requires administrator rights.
    admin: bool,
    installs: Installs,
}

enum Installs {
    Typst,
    Pip,
}

const MANAGERS: &[PackageManager] = &[
    PackageManager {
        name: "winget",
        command: "winget install --id Typst.Typst",
        admin: false,
        installs: Installs::Typst,
    },
    PackageManager {
        name: "brew",
        command: "brew install typst",
        admin: false,
        installs: Installs::Typst,
    },
    PackageManager {
        name: "pacman",
        command: "pacman -S typst",
        admin: true,
        installs: Installs::Typst,
    },
    PackageManager {
        name: "apt-get",
        command: "apt-get install -y python3-pip",
        admin: true,
        installs: Installs::Pip,
    },
    PackageManager {
        name: "dnf",
        command: "dnf install -y python3-pip",
        admin: true,
        installs: Installs::Pip,
    },
    PackageManager {
        name: "zypper",
        command: "zypper install -y python3-pip",
        admin: true,
        installs: Installs::Pip,
    },
];

/// Returns the command to type. `pip` installs the module into a separate folder for Pagewalk, because on Debian,
/// Ubuntu, Fedora, and Homebrew, `pip` refuses to change the system's Python (PEP 668).
pub(crate) fn install_command(machine: &Installers) -> Option<String> {
    let by_pip = |python: &str| {
        let folder = quoted(machine.folder.as_deref()?);
        Some(format!(
            "{python} -m pip install --upgrade --target {folder} typst"
        ))
    };
    if let Some(python) = machine.python {
        return by_pip(python);
    }
    let manager = MANAGERS
        .iter()
        .find(|manager| (machine.has)(manager.name))?;
    let sudo = if manager.admin && (machine.has)("sudo") {
        "sudo "
    } else {
        ""
    };
    let install = format!("{sudo}{}", manager.command);
    match manager.installs {
        Installs::Typst => Some(install),
        Installs::Pip => Some(format!("{install} && {}", by_pip("python3")?)),
    }
}

/// Returns the folder that contains Python's module for this user: `$XDG_DATA_HOME/pagewalk/python`,
/// `~/.local/share/pagewalk/python`, or on Windows `%LOCALAPPDATA%\pagewalk\python`.
pub(crate) fn module_folder(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let folder = |name: &str| {
        variable(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let data = if cfg!(windows) {
        folder("LOCALAPPDATA")
    } else {
        folder("XDG_DATA_HOME").or_else(|| Some(folder("HOME")?.join(".local/share")))
    };
    Some(data?.join("pagewalk").join("python"))
}

/// Returns the search path of Python's modules, with the user's own folders first.
pub(crate) fn python_path() -> OsString {
    let own = env::var_os("PYTHONPATH").filter(|path| !path.is_empty());
    let folders = own
        .iter()
        .flat_map(env::split_paths)
        .chain(module_folder(|name| env::var_os(name)));
    env::join_paths(folders).unwrap_or_else(|_| own.clone().unwrap_or_default())
}

/// Whether a command is on the PATH.
pub(crate) fn on_path(name: &str) -> bool {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    env::var_os("PATH")
        .is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(&file).is_file()))
}

/// Returns a path as an argument for a shell.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || "/\\._-:+@".contains(c);
    if text.chars().all(plain) && (cfg!(windows) || !text.contains('\\')) {
        return text;
    }
    if cfg!(windows) {
        format!("\"{text}\"")
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::{Installers, install_command, module_folder};

    fn command(python: Option<&str>, commands: &[&str], home: &str) -> Option<String> {
        let has = |name: &str| commands.contains(&name);
        let folder = module_folder(|name| (name == "HOME").then(|| home.into()));
        install_command(&Installers {
            python,
            has: &has,
            folder,
        })
    }

    #[test]
    fn each_machine_gets_one_command() {
        let pip = "python3 -m pip install --upgrade --target /home/ada/.local/share/pagewalk/python typst";
        let of =
            |python, commands: &[&str]| command(python, commands, "/home/ada").unwrap_or_default();
        // Python with `pip` requires no administrator rights, so this command comes first.
        assert_eq!(of(Some("python3"), &["apt-get", "sudo", "brew"]), pip);
        assert_eq!(
            of(None, &["apt-get", "sudo"]),
            format!("sudo apt-get install -y python3-pip && {pip}")
        );
        assert_eq!(
            of(None, &["apt-get"]),
            format!("apt-get install -y python3-pip && {pip}")
        );
        assert_eq!(of(None, &["brew", "sudo"]), "brew install typst");
        assert_eq!(of(None, &["winget"]), "winget install --id Typst.Typst");
        assert_eq!(of(None, &["sudo"]), "");
    }

    #[test]
    fn a_path_is_one_argument() {
        let said = command(Some("python3"), &[], "/Users/Ada O'Neill").unwrap_or_default();
        assert!(
            said.ends_with("--target '/Users/Ada O'\\''Neill/.local/share/pagewalk/python' typst"),
            "{said}"
        );
    }
}
