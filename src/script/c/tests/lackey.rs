//! The accesses to global arrays are those of gcc's code without optimization, as valgrind's lackey records them.
//!
//! Two kinds of programs are left out, because gcc evaluates the right side first there: the arguments of a call,
//! `f(b[i], c[i + 1])`, and a left side with an access, `a[b[i]] = c[i]`. The language leaves the order open.

use std::process::Command;

use super::running::accesses;
use super::{Folder, gcc, wide};
use pagewalk_engine::program::AccessKind;

/// Programs with global arrays, and scalar variables that are local.
const PROGRAMS: &[(&str, &str)] = &[
    (
        "transpose",
        "int src[8][8], dst[8][8]; int main(void) { int i, j; for (i = 0; i < 8; i++) for (j = 0; j < 8; j++) dst[j][i] = src[i][j]; return 0; }",
    ),
    (
        "sum by row",
        "int a[16][8]; int main(void) { int i, j, sum = 0; for (i = 0; i < 16; i++) for (j = 0; j < 8; j++) sum += a[i][j]; return sum; }",
    ),
    (
        "sum by column",
        "int a[16][8]; int main(void) { int i, j, sum = 0; for (j = 0; j < 8; j++) for (i = 0; i < 16; i++) sum += a[i][j]; return sum; }",
    ),
    (
        "product of matrices",
        "double a[6][6], b[6][6], c[6][6]; int main(void) { int i, j, k; double sum; for (i = 0; i < 6; i++) for (j = 0; j < 6; j++) { sum = 0; for (k = 0; k < 6; k++) sum += a[i][k] * b[k][j]; c[i][j] = sum; } return 0; }",
    ),
    (
        "dot product",
        "float x[8], y[8]; int main(void) { float sum = 0; int i; for (i = 0; i < 8; i++) sum += x[i] * y[i]; return sum; }",
    ),
    (
        "structs",
        "struct { int x, y; } grid[6][6]; int main(void) { int i, j, x = 0, y = 0; for (i = 0; i < 6; i++) for (j = 0; j < 6; j++) x += grid[i][j].x; for (i = 0; i < 6; i++) for (j = 0; j < 6; j++) y += grid[j][i].y; return x + y; }",
    ),
    (
        "updates",
        "int a[20]; char b[20]; int main(void) { int i; for (i = 0; i < 20; i++) { a[i] += 2; b[i]++; --a[i]; } return 0; }",
    ),
    (
        "bubble sort",
        "int a[9] = { 5, 2, 9, 1, 7, 3, 8, 6, 4 }; int main(void) { int i, j, t; for (i = 8; i > 0; i--) for (j = 0; j < i; j++) if (a[j] > a[j + 1]) { t = a[j]; a[j] = a[j + 1]; a[j + 1] = t; } return a[0]; }",
    ),
    (
        "pointers",
        "short a[32]; int main(void) { short *p; int sum = 0; for (p = a; p < a + 32; p += 4) *p = 3; for (p = a; p != a + 32; p++) sum += *p; return sum; }",
    ),
    (
        "strides",
        "char buffer[480][4]; int main(void) { char *c = &buffer[0][0]; int i, j; for (j = 0; j < 4; j++) for (i = 0; i < 480; i += 16) buffer[i][j] = 0; for (; c < &buffer[0][0] + 480 * 4; c += 64) *c = 1; return 0; }",
    ),
    (
        "functions",
        "int a[12], b[12]; int get(int i) { return a[i]; } void put(int i, int x) { b[i] = x; } int main(void) { int i; for (i = 0; i < 12; i++) put(11 - i, get(i) + 1); return b[3]; }",
    ),
    (
        "rows of variable length",
        "int src[8][6], dst[6][8]; void turn(int m, int n, int a[n][m], int b[m][n]) { int i, j; for (i = 0; i < n; i++) for (j = 0; j < m; j++) b[j][i] = a[i][j]; } int main(void) { turn(6, 8, src, dst); return 0; }",
    ),
    (
        "blocks",
        "int a[8][8], b[8][8]; int main(void) { int i, j, k, l; for (i = 0; i < 8; i += 4) for (j = 0; j < 8; j += 4) for (k = i; k < i + 4; k++) for (l = j; l < j + 4; l++) b[l][k] = a[k][l]; return 0; }",
    ),
];

#[test]
fn array_accesses_are_those_of_gcc() {
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("skipped: valgrind is not installed");
        return;
    }
    for (name, text) in PROGRAMS {
        let folder = Folder::new(&format!("lackey-{}", name.replace(' ', "-")));
        // Each symbol's address has to be known before the program runs.
        let Some(program) = gcc(&folder.0, text, &["-no-pie"]) else {
            println!("skipped: gcc is not installed");
            return;
        };
        let symbols = Command::new("nm").args(["-S"]).arg(&program).output();
        let symbols = symbols.expect("gcc comes with nm").stdout;
        let mut settings = wide();
        let mut sizes = Vec::new();
        for symbol in String::from_utf8_lossy(&symbols).lines() {
            if let [address, size, "B" | "D", name] = symbol.split(' ').collect::<Vec<_>>()[..]
                && !name.starts_with('_')
                && text.contains(name)
            {
                let number = |text| u64::from_str_radix(text, 16).expect("a number");
                settings.at.push((name.to_owned(), number(address)));
                sizes.push(number(size));
            }
        }
        let traced = Command::new("valgrind")
            .args(["--tool=lackey", "--trace-mem=yes", "--log-fd=1"])
            .arg(&program)
            .output()
            .expect("valgrind runs");
        let ranges = settings.at.iter().zip(&sizes);
        let ranges: Vec<_> = ranges.map(|((_, at), size)| *at..at + size).collect();
        let mut expected = Vec::new();
        for line in String::from_utf8_lossy(&traced.stdout).lines() {
            let Some((kind, place)) = line.trim_start().split_once(' ') else {
                continue;
            };
            let Some((address, size)) = place.trim_start().split_once(',') else {
                continue;
            };
            let (Ok(address), Ok(size)) = (u64::from_str_radix(address, 16), size.parse::<u8>())
            else {
                continue;
            };
            if !ranges.iter().any(|range| range.contains(&address)) {
                continue;
            }
            let kinds: &[AccessKind] = match kind {
                "L" => &[AccessKind::Load],
                "S" => &[AccessKind::Store],
                "M" => &[AccessKind::Load, AccessKind::Store],
                _ => &[],
            };
            expected.extend(kinds.iter().map(|kind| (*kind, address, size)));
        }
        let actual: Vec<_> = accesses(text, &settings)
            .into_iter()
            .map(|(kind, address, size, _)| (kind, address, size))
            .collect();
        assert!(expected.len() >= 16, "{name}: {}", expected.len());
        let differs = actual.iter().zip(&expected).position(|(a, b)| a != b);
        assert_eq!((differs, actual.len()), (None, expected.len()), "{name}");
    }
}
