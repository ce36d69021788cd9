"""The loads and stores of `c[i][j] += a[i][k] * b[k][j]` for matrices of 32 × 32 doubles, with the sum in a register.

python3 matrix.py >matrix.csv && pagewalk replay --pack matrix.pwt matrix.csv
"""

N = 32
A, B, C = 0x10000, 0x20000, 0x30000

for i in range(N):
    for j in range(N):
        for k in range(N):
            print(f"load,{A + 8 * (N * i + k)},8")
            print(f"load,{B + 8 * (N * k + j)},8")
        print(f"store,{C + 8 * (N * i + j)},8")
