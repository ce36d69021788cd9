//! Warnings for machine settings that have no effect, and for parts that were probably added by mistake.

use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::run::settings::Field;
use pagewalk_engine::machine::spec::{Inclusion, Spec};

/// Warns about each added TLB or cache that was probably meant to change an existing TLB or cache.
pub(super) fn added(base: &Spec, fields: &[Field]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for field in fields.iter().filter(|field| field.block.is_some()) {
        let names: Vec<&str> = match &*field.name.text {
            "tlb" => base.tlbs.iter().map(|tlb| &*tlb.name).collect(),
            "cache" => base.caches.iter().map(|cache| &*cache.name).collect(),
            _ => continue,
        };
        let Some((arg, name)) = field.args.first().and_then(|arg| Some((arg, arg.word()?))) else {
            continue;
        };
        let lower = name.to_ascii_lowercase();
        let like = |known: &&str| known.to_ascii_lowercase().starts_with(&lower);
        let near = names
            .iter()
            .copied()
            .find(like)
            .filter(|_| !names.contains(&name));
        let kind = &field.name.text;
        let warning = |has: &str| {
            let message = format!("this setting adds a {kind} `{name}`, but the machine has {has}");
            Diagnostic::warning(Code::Unlikely, arg.span, message)
        };
        match (near, &*names) {
            (Some(near), _) => found.push(warning(&format!("`{near}`")).did_you_mean(name, near)),
            // The name L1 does not suggest a second level.
            (None, [only]) if **only == **kind && lower.starts_with("l1") => {
                let warning = warning(&format!("a {kind} without a name"));
                found.push(
                    warning
                        .help(format!("`{kind} {{ … }}` changes it"))
                        .fix(Fix::remove(arg.span)),
                );
            }
            _ => {}
        }
    }
    found
}

/// Warns about each TLB or cache setting that has no effect on this machine.
pub(super) fn idle(spec: &Spec, fields: &[Field]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for field in fields {
        let kind = &*field.name.text;
        let name = field
            .args
            .first()
            .and_then(|arg| arg.word())
            .unwrap_or(kind);
        let ways = match kind {
            "tlb" => spec
                .tlbs
                .iter()
                .find(|tlb| *tlb.name == *name)
                .map(|tlb| tlb.ways),
            _ => spec
                .caches
                .iter()
                .find(|cache| *cache.name == *name)
                .map(|cache| cache.ways),
        };
        let cache = spec
            .caches
            .iter()
            .position(|cache| kind == "cache" && *cache.name == *name);
        let first = cache.is_some_and(|at| {
            let own = &spec.caches[at];
            own.inclusion != Inclusion::None
                && spec.caches[..at]
                    .iter()
                    .all(|above| !above.side.meets(own.side))
        });
        for setting in field.block.iter().flatten() {
            let said = setting.args.first().and_then(|arg| arg.word());
            let why = match &*setting.name.text {
                "policy" if ways == Some(1) && said != Some("lru") => "each set has one way",
                "shared" if cache.is_some() && spec.cores == 1 => "the machine has one core",
                "inclusion" if first => "no cache is above this one",
                _ => continue,
            };
            let message = format!("`{}` has no effect: {why}", setting.name.text);
            let warning = Diagnostic::warning(Code::NoEffect, setting.span, message);
            found.push(warning.fix(Fix::remove(setting.span)));
        }
    }
    found
}
