import sys
try:
    import typst
except ModuleNotFoundError:
    sys.exit(66)
compiler = typst.Compiler()
for name in sys.stdin.read().split():
    with open(name + ".typ", "rb") as file:
        source = file.read()
    try:
        pdf = compiler.compile(input=source, format="pdf", pdf_standards="ua-1")
    except typst.TypstError as first:
        try:
            pdf = compiler.compile(input=source, format="pdf")
        except typst.TypstError:
            sys.exit(str(first))
    with open(name + ".pdf", "wb") as file:
        file.write(pdf)
    print(name, flush=True)
