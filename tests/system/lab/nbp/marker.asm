; SPDX-License-Identifier: LGPL-2.1-or-later
;
; A BIOS network boot program that proves it was started.
;
; PXE loads it at 0000:7C00 and calls it with the !PXE structure's far
; pointer on the stack at SS:[SP+4].  It writes to the first serial port
; directly: a marker line, then the addresses and the boot file name in the
; packets the firmware kept (PXENV_GET_CACHED_INFO).  It then stays idle.
;
; nasm -f bin -o marker.0 marker.asm

%ifndef PROGRAM
%define PROGRAM "marker"
%endif

        bits 16
        org 0x7c00
        cpu 386

PORT            equ 0x3f8
GET_CACHED_INFO equ 0x71

        jmp 0:start
start:
        mov bp, sp
        les di, [ss:bp+4]               ; ES:DI -> !PXE
        xor ax, ax
        mov ds, ax
        mov [pxe_off], di
        mov [pxe_seg], es
        sti
        cld

        ; 115200 8N1
        mov dx, PORT+3
        mov al, 0x80
        out dx, al
        mov dx, PORT
        mov al, 1
        out dx, al
        inc dx
        mov al, 0
        out dx, al
        mov dx, PORT+3
        mov al, 3
        out dx, al

        mov si, msg_marker
        call puts

        cmp dword [es:di], '!PXE'
        jne .none
        mov eax, [es:di+16]             ; EntryPointSP
        mov [entry], eax
        mov bx, 2
        mov si, msg_ack
        call show
        mov bx, 3
        mov si, msg_reply
        call show
        jmp .end
.none:
        mov si, msg_none
        call puts
.end:
        mov si, msg_end
        call puts
idle:
        hlt
        jmp idle

; BX: packet type, SI: its name.
show:
        mov word [ci_status], 0
        mov [ci_type], bx
        mov word [ci_size], 0
        mov dword [ci_buffer], 0
        mov word [ci_limit], 0
        push si
        push ds
        push word cached_info
        push word GET_CACHED_INFO
        call far [entry]
        add sp, 6
        pop si
        xor ax, ax
        mov ds, ax
        cmp word [ci_status], 0
        jne .out
        cmp dword [ci_buffer], 0
        je .out
        call puts
        les di, [ci_buffer]             ; ES:DI -> BOOTP packet
        mov si, msg_yiaddr
        call puts
        lea bx, [di+16]
        call putip
        mov si, msg_siaddr
        call puts
        lea bx, [di+20]
        call putip
        mov si, msg_file
        call puts
        lea bx, [di+108]
        mov cx, 40
.file:  mov al, [es:bx]
        test al, al
        jz .eol
        call putc
        inc bx
        loop .file
.eol:   mov si, msg_eol
        call puts
.out:   ret

; ES:BX -> four bytes.
putip:
        mov cx, 4
.next:  movzx ax, byte [es:bx]
        call putdec
        inc bx
        dec cx
        jz .out
        mov al, '.'
        call putc
        jmp .next
.out:   ret

; AX: 0..255
putdec:
        push cx
        xor cx, cx
        mov dl, 10
.div:   div dl
        push ax                         ; AH: remainder
        inc cx
        xor ah, ah
        test al, al
        jnz .div
.out:   pop ax
        mov al, ah
        add al, '0'
        call putc
        loop .out
        pop cx
        ret

puts:
        lodsb
        test al, al
        jz .out
        call putc
        jmp puts
.out:   ret

putc:
        push dx
        push ax
        mov dx, PORT+5
.wait:  in al, dx
        test al, 0x20
        jz .wait
        pop ax
        mov dx, PORT
        out dx, al
        pop dx
        ret

msg_marker      db 13, 10, "NBP-OK program=", PROGRAM, " arch=bios via=pxe4", 13, 10, 0
msg_none        db "nbp: no !PXE structure", 13, 10, 0
msg_ack         db "nbp: ack", 0
msg_reply       db "nbp: reply", 0
msg_yiaddr      db " yiaddr=", 0
msg_siaddr      db " siaddr=", 0
msg_file        db " file=", 0
msg_eol         db 13, 10, 0
msg_end         db "NBP-END", 13, 10, 0

        align 4
pxe_off         dw 0
pxe_seg         dw 0
entry           dd 0
cached_info:
ci_status       dw 0
ci_type         dw 0
ci_size         dw 0
ci_buffer       dd 0
ci_limit        dw 0
