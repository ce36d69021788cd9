//! File descriptors and the open file descriptions that they refer to.

use std::sync::Arc;

use super::abi::Errno;
use super::ids::{FileId, OpenId, Pid};
use super::process::Descriptor;
use super::state::{Kernel, OpenFile};
use super::vma::Backing;

/// The maximum number of descriptors of a process (`RLIMIT_NOFILE`).
pub(crate) const MOST_DESCRIPTORS: u32 = 1024;

impl Kernel {
    /// The open file description of a descriptor.
    ///
    /// # Errors
    /// Returns EBADF if the descriptor is not open.
    pub(super) fn descriptor(&self, pid: Pid, fd: i32) -> Result<(OpenId, OpenFile), Errno> {
        let number = u32::try_from(fd).map_err(|_| Errno::EBADF)?;
        let held = self
            .process(pid)
            .and_then(|process| process.descriptors.get(&number));
        let id = held.ok_or(Errno::EBADF)?.open;
        self.opens
            .get(&id)
            .map(|open| (id, *open))
            .ok_or(Errno::EBADF)
    }

    /// The lowest unused descriptor of a process.
    ///
    /// # Errors
    /// Returns EMFILE if the process has the maximum number of descriptors.
    pub(super) fn free_descriptor(&mut self, pid: Pid) -> Result<u32, Errno> {
        let taken = self
            .process(pid)
            .into_iter()
            .flat_map(|process| process.descriptors.keys());
        let free = (0..)
            .zip(taken)
            .find(|(number, fd)| number != *fd)
            .map(|(number, _)| number);
        let count = self
            .process(pid)
            .map_or(0, |process| process.descriptors.len());
        let number = free.unwrap_or(count as u32);
        self.work += u64::from(number) / 16;
        if number < MOST_DESCRIPTORS {
            Ok(number)
        } else {
            Err(Errno::EMFILE)
        }
    }

    /// Opens a file or the terminal with an unused descriptor.
    pub(super) fn install(&mut self, pid: Pid, fd: u32, open: OpenFile, close_on_exec: bool) {
        let id = OpenId(self.opens.get_max().map_or(0, |(last, _)| last.0 + 1));
        let serial = self.new_serial();
        self.opens.insert(
            id,
            OpenFile {
                users: 1,
                serial,
                ..open
            },
        );
        if let Some(file) = open.file {
            self.count_users(of_file(file), 1);
        }
        if let Some(process) = self.process_mut(pid) {
            process.descriptors.insert(
                fd,
                Descriptor {
                    open: id,
                    close_on_exec,
                },
            );
        }
    }

    /// A number that the kernel has not used before.
    pub(super) fn new_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    /// Opens the terminal as standard input, output, and error. The three descriptors share one open file
    /// description, as after a login.
    pub(super) fn open_terminal(&mut self, pid: Pid) {
        let open = OpenFile {
            file: None,
            offset: 0,
            read: true,
            write: true,
            append: false,
            users: 1,
            serial: 0,
        };
        self.install(pid, 0, open, false);
        let Some(first) = self
            .process(pid)
            .and_then(|process| process.descriptors.get(&0).copied())
        else {
            return;
        };
        for fd in 1..=2 {
            self.count_descriptor(first.open);
            if let Some(process) = self.process_mut(pid) {
                process.descriptors.insert(fd, first);
            }
        }
    }

    /// Counts an additional descriptor for an open file description.
    fn count_descriptor(&mut self, id: OpenId) {
        if let Some(open) = self.opens.get_mut(&id) {
            open.users += 1;
        }
    }

    /// Counts the descriptors that a child inherits from its parent.
    pub(super) fn share_descriptors(&mut self, child: Pid) {
        for id in self.open_ids(child, |_| true).into_iter().map(|(_, id)| id) {
            self.count_descriptor(id);
        }
    }

    /// The process's descriptors that satisfy the predicate `of`.
    fn open_ids(&mut self, pid: Pid, of: fn(&Descriptor) -> bool) -> Vec<(u32, OpenId)> {
        let all = self
            .process(pid)
            .into_iter()
            .flat_map(|process| process.descriptors.iter());
        let found: Vec<_> = all
            .filter(|(_, held)| of(held))
            .map(|(fd, held)| (*fd, held.open))
            .collect();
        self.work += found.len() as u64;
        found
    }

    /// Closes a descriptor. Closing the last descriptor frees the open file description.
    ///
    /// # Errors
    /// Returns EBADF if the descriptor is not open.
    pub(super) fn close_descriptor(&mut self, pid: Pid, fd: i32) -> Result<(), Errno> {
        let (id, open) = self.descriptor(pid, fd)?;
        if let Some(process) = self.process_mut(pid) {
            process.descriptors.remove(&fd.unsigned_abs());
        }
        if open.users > 1 {
            self.opens.insert(
                id,
                OpenFile {
                    users: open.users - 1,
                    ..open
                },
            );
            return Ok(());
        }
        self.opens.remove(&id);
        if let Some(file) = open.file {
            self.count_users(of_file(file), -1);
            self.forget_file(file);
        }
        Ok(())
    }

    /// Closes all descriptors, or only those that `execve` closes.
    pub(super) fn close_descriptors(&mut self, pid: Pid, on_exec: bool) {
        let of: fn(&Descriptor) -> bool = if on_exec {
            |held| held.close_on_exec
        } else {
            |_| true
        };
        for (fd, _) in self.open_ids(pid, of) {
            // Closing cannot fail, because the descriptor has just been listed.
            let _ = self.close_descriptor(pid, fd as i32);
        }
    }

    /// The open file description of a descriptor.
    pub fn open_of(&self, pid: Pid, descriptor: u32) -> Option<OpenFile> {
        let open = self.process(pid)?.descriptors.get(&descriptor)?.open;
        self.opens.get(&open).copied()
    }

    /// The name and size of a file.
    pub fn name_and_size(&self, file: FileId) -> Option<(Arc<str>, u64)> {
        self.files
            .all
            .get(&file)
            .map(|file| (file.name.clone(), file.size))
    }
}

/// A backing that refers to an open file, for counting the file's users.
fn of_file(file: FileId) -> Backing {
    Backing::File {
        file,
        offset: 0,
        writable: false,
        opened: 0,
    }
}
