"""The loads and stores of `c[i][j] += a[i][k] * b[k][j]` for matrices of 32 × 32 doubles, with the sum in a register.

python3 matrix.py | zstd -19 >matrix.lackey.zst
"""

N = 32
A, B, C = 0x10000, 0x20000, 0x30000

for i in range(N):
    for j in range(N):
        for k in range(N):
            print(f" L {A + 8 * (N * i + k):08x},8")
            print(f" L {B + 8 * (N * k + j):08x},8")
        print(f" S {C + 8 * (N * i + j):08x},8")
