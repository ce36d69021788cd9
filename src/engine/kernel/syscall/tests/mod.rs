//! System calls of a kernel on a machine: their results and effects. Unless a comment names another source, claims about
//! Linux were observed on Linux 6.18 on x86-64, with files on a tmpfs.

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
