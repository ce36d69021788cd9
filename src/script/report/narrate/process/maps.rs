//! The areas of a process in the format of `/proc/PID/maps` (`proc_pid_maps(5)`).

use crate::run::record::AreaRecord;
use pagewalk_engine::kernel::vma::{Backing, Vma};
use pagewalk_engine::machine::spec::Spec;

/// Maximum number of areas printed.
const MOST: usize = 200;

pub(crate) fn lines(spec: &Spec, areas: &[AreaRecord]) -> Vec<String> {
    let mut lines: Vec<String> = areas
        .iter()
        .take(MOST)
        .map(|area| line(spec, area))
        .collect();
    if areas.len() > MOST {
        lines.push(format!("… and {} more", areas.len() - MOST));
    }
    lines
}

/// Formats an area: `00400000-00402000 r-xp 00000000 08:01 1 a.out`. Like Linux, pads addresses and the
/// offset to eight digits, and aligns the name so that the widest addresses fit. Addresses of fewer than 32
/// bits are padded to their own width.
fn line(spec: &Spec, record: &AreaRecord) -> String {
    let bits = spec.virtual_bits();
    let digits = bits.div_ceil(4).clamp(1, 8) as usize;
    let column = if bits > 32 { 73 } else { 49 };
    let Vma { start, end, .. } = record.area;
    let (device, inode) = match record.area.backing {
        Backing::File { file, .. } => ("08:01", file.0.into()),
        Backing::Anonymous => ("00:00", 0),
        Backing::Object { object, .. } => ("00:01", u64::from(object.0) + 1),
    };
    let offset = record.area.offset_of(start).unwrap_or(0);
    let perms = record.area.perms();
    let fixed =
        format!("{start:0digits$x}-{end:0digits$x} {perms} {offset:0digits$x} {device} {inode}");
    let name = name(record);
    if name.is_empty() {
        format!("{fixed} ")
    } else {
        format!("{fixed:<column$}{name}")
    }
}

fn name(record: &AreaRecord) -> &str {
    match record.area.backing {
        Backing::File { .. } => &record.backing,
        Backing::Object { .. } => "/dev/zero (deleted)",
        Backing::Anonymous => match record.name.as_str() {
            "heap" | "[heap]" => "[heap]",
            "stack" | "[stack]" => "[stack]",
            _ => "",
        },
    }
}
