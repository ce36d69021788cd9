//! Tests the results and effects of system calls. Unless a comment names another source, claims about Linux
//! were checked on Linux 6.18 on x86-64 with files on a tmpfs.

mod any;
mod brk;
mod descriptors;
mod execve;
mod lab;
mod life;
mod limits;
mod malloc;
mod parameters;
mod places;
mod recorded;
mod touching;
mod transfer;
