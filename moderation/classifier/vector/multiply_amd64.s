#include "textflag.h"

// func fourRows(out *[4]float32, rows, x *float32, n int)
//
// Y0-Y3 sum the even blocks of eight of the four rows, Y4-Y7 the odd ones.
TEXT ·fourRows(SB), NOSPLIT, $0-32
	MOVQ   out+0(FP), R8
	MOVQ   rows+8(FP), SI
	MOVQ   x+16(FP), DI
	MOVQ   n+24(FP), CX
	LEAQ   (SI)(CX*4), R9
	LEAQ   (R9)(CX*4), R10
	LEAQ   (R10)(CX*4), R11
	VXORPS Y0, Y0, Y0
	VXORPS Y1, Y1, Y1
	VXORPS Y2, Y2, Y2
	VXORPS Y3, Y3, Y3
	VXORPS Y4, Y4, Y4
	VXORPS Y5, Y5, Y5
	VXORPS Y6, Y6, Y6
	VXORPS Y7, Y7, Y7
	MOVQ   CX, BX
	ANDQ   $-16, BX
	XORQ   AX, AX

sixteen:
	CMPQ        AX, BX
	JGE         eight
	VMOVUPS     (DI)(AX*4), Y8
	VMOVUPS     32(DI)(AX*4), Y9
	VFMADD231PS (SI)(AX*4), Y8, Y0
	VFMADD231PS (R9)(AX*4), Y8, Y1
	VFMADD231PS (R10)(AX*4), Y8, Y2
	VFMADD231PS (R11)(AX*4), Y8, Y3
	VFMADD231PS 32(SI)(AX*4), Y9, Y4
	VFMADD231PS 32(R9)(AX*4), Y9, Y5
	VFMADD231PS 32(R10)(AX*4), Y9, Y6
	VFMADD231PS 32(R11)(AX*4), Y9, Y7
	ADDQ        $16, AX
	JMP         sixteen

eight:
	CMPQ        AX, CX
	JGE         sum
	VMOVUPS     (DI)(AX*4), Y8
	VFMADD231PS (SI)(AX*4), Y8, Y0
	VFMADD231PS (R9)(AX*4), Y8, Y1
	VFMADD231PS (R10)(AX*4), Y8, Y2
	VFMADD231PS (R11)(AX*4), Y8, Y3

sum:
	VADDPS       Y4, Y0, Y0
	VADDPS       Y5, Y1, Y1
	VADDPS       Y6, Y2, Y2
	VADDPS       Y7, Y3, Y3
	VHADDPS      Y1, Y0, Y0
	VHADDPS      Y3, Y2, Y2
	VHADDPS      Y2, Y0, Y0
	VEXTRACTF128 $1, Y0, X1
	VADDPS       X1, X0, X0
	VMOVUPS      X0, (R8)
	VZEROUPPER
	RET

// func fourRowsOfThree(out, rows, xs *float32, stride, n int)
//
// Y0-Y3 sum the four rows for the first vector, Y4-Y7 for the second, Y8-Y11 for the third.
TEXT ·fourRowsOfThree(SB), NOSPLIT, $0-40
	MOVQ   out+0(FP), R8
	MOVQ   rows+8(FP), SI
	MOVQ   xs+16(FP), DI
	MOVQ   stride+24(FP), DX
	MOVQ   n+32(FP), CX
	LEAQ   (SI)(CX*4), R9
	LEAQ   (R9)(CX*4), R10
	LEAQ   (R10)(CX*4), R11
	LEAQ   (DI)(CX*4), R12
	LEAQ   (R12)(CX*4), R13
	VXORPS Y0, Y0, Y0
	VXORPS Y1, Y1, Y1
	VXORPS Y2, Y2, Y2
	VXORPS Y3, Y3, Y3
	VXORPS Y4, Y4, Y4
	VXORPS Y5, Y5, Y5
	VXORPS Y6, Y6, Y6
	VXORPS Y7, Y7, Y7
	VXORPS Y8, Y8, Y8
	VXORPS Y9, Y9, Y9
	VXORPS Y10, Y10, Y10
	VXORPS Y11, Y11, Y11
	XORQ   AX, AX

block:
	VMOVUPS     (DI)(AX*4), Y12
	VMOVUPS     (R12)(AX*4), Y13
	VMOVUPS     (R13)(AX*4), Y14
	VMOVUPS     (SI)(AX*4), Y15
	VFMADD231PS Y15, Y12, Y0
	VFMADD231PS Y15, Y13, Y4
	VFMADD231PS Y15, Y14, Y8
	VMOVUPS     (R9)(AX*4), Y15
	VFMADD231PS Y15, Y12, Y1
	VFMADD231PS Y15, Y13, Y5
	VFMADD231PS Y15, Y14, Y9
	VMOVUPS     (R10)(AX*4), Y15
	VFMADD231PS Y15, Y12, Y2
	VFMADD231PS Y15, Y13, Y6
	VFMADD231PS Y15, Y14, Y10
	VMOVUPS     (R11)(AX*4), Y15
	VFMADD231PS Y15, Y12, Y3
	VFMADD231PS Y15, Y13, Y7
	VFMADD231PS Y15, Y14, Y11
	ADDQ        $8, AX
	CMPQ        AX, CX
	JLT         block

	VHADDPS      Y1, Y0, Y0
	VHADDPS      Y3, Y2, Y2
	VHADDPS      Y2, Y0, Y0
	VEXTRACTF128 $1, Y0, X1
	VADDPS       X1, X0, X0
	VMOVUPS      X0, (R8)
	LEAQ         (R8)(DX*4), R8
	VHADDPS      Y5, Y4, Y4
	VHADDPS      Y7, Y6, Y6
	VHADDPS      Y6, Y4, Y4
	VEXTRACTF128 $1, Y4, X5
	VADDPS       X5, X4, X4
	VMOVUPS      X4, (R8)
	LEAQ         (R8)(DX*4), R8
	VHADDPS      Y9, Y8, Y8
	VHADDPS      Y11, Y10, Y10
	VHADDPS      Y10, Y8, Y8
	VEXTRACTF128 $1, Y8, X9
	VADDPS       X9, X8, X8
	VMOVUPS      X8, (R8)
	VZEROUPPER
	RET

// func blend32(out *[32]float32, rows, shares *float32, width, count int)
TEXT ·blend32(SB), NOSPLIT, $0-40
	MOVQ   out+0(FP), DI
	MOVQ   rows+8(FP), SI
	MOVQ   shares+16(FP), DX
	MOVQ   width+24(FP), BX
	MOVQ   count+32(FP), CX
	VXORPS Y0, Y0, Y0
	VXORPS Y1, Y1, Y1
	VXORPS Y2, Y2, Y2
	VXORPS Y3, Y3, Y3

blended:
	VBROADCASTSS (DX), Y4
	VFMADD231PS  (SI), Y4, Y0
	VFMADD231PS  32(SI), Y4, Y1
	VFMADD231PS  64(SI), Y4, Y2
	VFMADD231PS  96(SI), Y4, Y3
	ADDQ         $4, DX
	LEAQ         (SI)(BX*4), SI
	DECQ         CX
	JNZ          blended
	VMOVUPS      Y0, (DI)
	VMOVUPS      Y1, 32(DI)
	VMOVUPS      Y2, 64(DI)
	VMOVUPS      Y3, 96(DI)
	VZEROUPPER
	RET

// func raise(out, x *float32, n int)
TEXT ·raise(SB), NOSPLIT, $0-24
	MOVQ out+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), CX
	XORQ AX, AX

raised:
	VMOVUPS (DI)(AX*4), Y0
	VMAXPS  (SI)(AX*4), Y0, Y0
	VMOVUPS Y0, (DI)(AX*4)
	ADDQ    $8, AX
	CMPQ    AX, CX
	JLT     raised
	VZEROUPPER
	RET

// func addRectified(out, x, bias *float32, n int)
TEXT ·addRectified(SB), NOSPLIT, $0-32
	MOVQ   out+0(FP), DI
	MOVQ   x+8(FP), SI
	MOVQ   bias+16(FP), DX
	MOVQ   n+24(FP), CX
	VXORPS Y1, Y1, Y1
	XORQ   AX, AX

rectified:
	VMOVUPS (DI)(AX*4), Y0
	VADDPS  (DX)(AX*4), Y0, Y0
	VMAXPS  Y1, Y0, Y0
	VADDPS  (SI)(AX*4), Y0, Y0
	VMOVUPS Y0, (DI)(AX*4)
	ADDQ    $8, AX
	CMPQ    AX, CX
	JLT     rectified
	VZEROUPPER
	RET
