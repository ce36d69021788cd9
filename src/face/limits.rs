//! The limits of runs.

use clap::Args;

use pagewalk_script::lang::value::byte_size;
use pagewalk_script::run::session::Limits;

/// Options for the limits of runs.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct LimitArguments {
    /// Stop each run after a total of N statements and loop iterations
    #[arg(long, value_name = "N", default_value_t = Limits::DEFAULT.max_steps)]
    max_steps: u64,
    /// Stop each run that needs more memory than SIZE, such as `512MB`
    #[arg(long, value_name = "SIZE", value_parser = size, default_value = "1GB")]
    max_memory: u64,
}

impl LimitArguments {
    /// The limits.
    pub(crate) fn limits(self) -> Limits {
        Limits { max_steps: self.max_steps, max_memory: self.max_memory }
    }
}

/// Parses a number of bytes with a unit.
fn size(text: &str) -> Result<u64, String> {
    byte_size(text).ok_or_else(|| "write a size such as 512MB or 1GB".to_owned())
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_have_units_of_bytes() {
        for (text, bytes) in [("4096", 4096), ("512MB", 512 << 20), ("1 GB", 1 << 30), ("64KiB", 64 << 10)] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for text in ["", "MB", "-1", "1.5GB", "8 bits", "10 pages", "99999999999GB"] {
            assert!(size(text).is_err(), "{text}");
        }
    }
}
