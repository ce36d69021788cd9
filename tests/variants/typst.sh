#!/bin/sh
# Replaces Typst in tests. The "PDF" is the source.
case "$1" in
--version) echo "typst 0.15.0" ;;
*)
  while [ $# -gt 2 ]; do shift; done
  cp "$1" "$2"
  ;;
esac
