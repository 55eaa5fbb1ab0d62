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

// func sixteenRows(out *[16]float32, rows, x *int16, units *[16]float32, unit float32, n int)
//
// Y0 and Y1 hold the sums of eight rows each, which VPMADDWD adds to for two numbers at once.
TEXT ·sixteenRows(SB), NOSPLIT, $0-48
	MOVQ         out+0(FP), R8
	MOVQ         rows+8(FP), SI
	MOVQ         x+16(FP), DI
	MOVQ         units+24(FP), DX
	MOVQ         n+40(FP), CX
	SHLQ         $1, CX
	VBROADCASTSS unit+32(FP), Y14
	VMULPS       32(DX), Y14, Y15
	VMULPS       (DX), Y14, Y14
	VPXOR        Y0, Y0, Y0
	VPXOR        Y1, Y1, Y1
	XORQ         AX, AX

pair:
	VMOVDQU      (SI), Y8
	VMOVDQU      32(SI), Y9
	VPBROADCASTD (DI)(AX*1), Y10
	VPMADDWD     Y8, Y10, Y11
	VPADDD       Y11, Y0, Y0
	VPMADDWD     Y9, Y10, Y12
	VPADDD       Y12, Y1, Y1
	ADDQ         $64, SI
	ADDQ         $4, AX
	CMPQ         AX, CX
	JLT          pair

	VCVTDQ2PS Y0, Y0
	VCVTDQ2PS Y1, Y1
	VMULPS    Y14, Y0, Y0
	VMULPS    Y15, Y1, Y1
	VMOVUPS   Y0, (R8)
	VMOVUPS   Y1, 32(R8)
	VZEROUPPER
	RET

// func sixteenRowsOfFour(out *float32, rows, xs *int16, units *[16]float32, unit float32, stride, n int)
//
// Y0 and Y1 hold the sums for the first vector, Y2 and Y3 for the second, and so on.
TEXT ·sixteenRowsOfFour(SB), NOSPLIT, $0-56
	MOVQ         out+0(FP), R8
	MOVQ         rows+8(FP), SI
	MOVQ         xs+16(FP), DI
	MOVQ         units+24(FP), DX
	MOVQ         stride+40(FP), BX
	MOVQ         n+48(FP), CX
	SHLQ         $1, CX
	LEAQ         (DI)(CX*1), R9
	LEAQ         (R9)(CX*1), R10
	LEAQ         (R10)(CX*1), R11
	VBROADCASTSS unit+32(FP), Y14
	VMULPS       32(DX), Y14, Y15
	VMULPS       (DX), Y14, Y14
	VPXOR        Y0, Y0, Y0
	VPXOR        Y1, Y1, Y1
	VPXOR        Y2, Y2, Y2
	VPXOR        Y3, Y3, Y3
	VPXOR        Y4, Y4, Y4
	VPXOR        Y5, Y5, Y5
	VPXOR        Y6, Y6, Y6
	VPXOR        Y7, Y7, Y7
	XORQ         AX, AX

pair:
	VMOVDQU      (SI), Y8
	VMOVDQU      32(SI), Y9
	VPBROADCASTD (DI)(AX*1), Y10
	VPMADDWD     Y8, Y10, Y11
	VPADDD       Y11, Y0, Y0
	VPMADDWD     Y9, Y10, Y12
	VPADDD       Y12, Y1, Y1
	VPBROADCASTD (R9)(AX*1), Y10
	VPMADDWD     Y8, Y10, Y11
	VPADDD       Y11, Y2, Y2
	VPMADDWD     Y9, Y10, Y12
	VPADDD       Y12, Y3, Y3
	VPBROADCASTD (R10)(AX*1), Y10
	VPMADDWD     Y8, Y10, Y11
	VPADDD       Y11, Y4, Y4
	VPMADDWD     Y9, Y10, Y12
	VPADDD       Y12, Y5, Y5
	VPBROADCASTD (R11)(AX*1), Y10
	VPMADDWD     Y8, Y10, Y11
	VPADDD       Y11, Y6, Y6
	VPMADDWD     Y9, Y10, Y12
	VPADDD       Y12, Y7, Y7
	ADDQ         $64, SI
	ADDQ         $4, AX
	CMPQ         AX, CX
	JLT          pair

	VCVTDQ2PS Y0, Y0
	VCVTDQ2PS Y1, Y1
	VMULPS    Y14, Y0, Y0
	VMULPS    Y15, Y1, Y1
	VMOVUPS   Y0, (R8)
	VMOVUPS   Y1, 32(R8)
	LEAQ      (R8)(BX*4), R8
	VCVTDQ2PS Y2, Y2
	VCVTDQ2PS Y3, Y3
	VMULPS    Y14, Y2, Y2
	VMULPS    Y15, Y3, Y3
	VMOVUPS   Y2, (R8)
	VMOVUPS   Y3, 32(R8)
	LEAQ      (R8)(BX*4), R8
	VCVTDQ2PS Y4, Y4
	VCVTDQ2PS Y5, Y5
	VMULPS    Y14, Y4, Y4
	VMULPS    Y15, Y5, Y5
	VMOVUPS   Y4, (R8)
	VMOVUPS   Y5, 32(R8)
	LEAQ      (R8)(BX*4), R8
	VCVTDQ2PS Y6, Y6
	VCVTDQ2PS Y7, Y7
	VMULPS    Y14, Y6, Y6
	VMULPS    Y15, Y7, Y7
	VMOVUPS   Y6, (R8)
	VMOVUPS   Y7, 32(R8)
	VZEROUPPER
	RET

// func largest(x *float32, n int) float32
TEXT ·largest(SB), NOSPLIT, $0-20
	MOVQ     x+0(FP), SI
	MOVQ     n+8(FP), CX
	VPCMPEQD Y1, Y1, Y1
	VPSRLD   $1, Y1, Y1  // all bits but the sign
	VXORPS   Y0, Y0, Y0
	XORQ     AX, AX

compared:
	VANDPS       (SI)(AX*4), Y1, Y2
	VMAXPS       Y2, Y0, Y0
	ADDQ         $8, AX
	CMPQ         AX, CX
	JLT          compared
	VEXTRACTF128 $1, Y0, X1
	VMAXPS       X1, X0, X0
	VPERMILPS    $0x4e, X0, X1
	VMAXPS       X1, X0, X0
	VPERMILPS    $0xb1, X0, X1
	VMAXPS       X1, X0, X0
	VMOVSS       X0, ret+16(FP)
	VZEROUPPER
	RET

// func roundTo(out *int16, x *float32, perUnit float32, n int)
TEXT ·roundTo(SB), NOSPLIT, $0-32
	MOVQ         out+0(FP), DI
	MOVQ         x+8(FP), SI
	VBROADCASTSS perUnit+16(FP), Y2
	MOVQ         n+24(FP), CX
	XORQ         AX, AX

rounded:
	VMULPS       (SI)(AX*4), Y2, Y0
	VCVTPS2DQ    Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPACKSSDW    X1, X0, X0
	VMOVDQU      X0, (DI)(AX*2)
	ADDQ         $8, AX
	CMPQ         AX, CX
	JLT          rounded
	VZEROUPPER
	RET

// func addSteps(out *float32, steps *byte, unit float32, n int)
TEXT ·addSteps(SB), NOSPLIT, $0-32
	MOVQ         out+0(FP), DI
	MOVQ         steps+8(FP), SI
	VBROADCASTSS unit+16(FP), Y2
	MOVQ         n+24(FP), CX
	XORQ         AX, AX

added:
	VPMOVSXBD (SI)(AX*1), Y0
	VCVTDQ2PS Y0, Y0
	VMULPS    Y2, Y0, Y0
	VADDPS    (DI)(AX*4), Y0, Y0
	VMOVUPS   Y0, (DI)(AX*4)
	ADDQ      $8, AX
	CMPQ      AX, CX
	JLT       added
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
