/* Loaded before a program, it makes this processor look like an older one: the CPUID instruction is made to fault
 * (arch_prctl(2), ARCH_CPUID_ON), and is answered with features left out. What chooses its arithmetic by CPUID, as
 * onnxruntime, numpy and LLVM do, then chooses the older. Linux on x86-64 alone.
 *
 * OLDER_PROCESSOR=1: no AVX-512, VNNI or AMX, as most laptops. OLDER_PROCESSOR=2: no AVX2 or FMA either. */
#define _GNU_SOURCE
#include <cpuid.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define BIT(n) (1u << (n))
enum { CPUID_ON = 0x1012 };

static int level;

static long cpuid_on(unsigned long on) { return syscall(SYS_arch_prctl, CPUID_ON, on); }

static void leave_out(unsigned leaf, unsigned sub, unsigned *a, unsigned *b, unsigned *c, unsigned *d)
{
    if (leaf == 7 && sub == 0) {
        *b &= ~(BIT(16) | BIT(17) | BIT(21) | BIT(26) | BIT(27) | BIT(28) | BIT(30) | BIT(31));
        *c &= ~(BIT(1) | BIT(6) | BIT(11) | BIT(12) | BIT(14));
        *d &= ~(BIT(2) | BIT(3) | BIT(8) | BIT(22) | BIT(23) | BIT(24) | BIT(25));
        if (level > 1)
            *b &= ~BIT(5);
    }
    if (leaf == 7 && sub == 1) {
        *a &= ~(BIT(4) | BIT(5) | BIT(21) | BIT(23));
        *d &= ~(BIT(4) | BIT(5) | BIT(10) | BIT(19));
    }
    if (leaf == 1 && level > 1)
        *c &= ~(BIT(12) | BIT(29));
    if (leaf == 0x24) /* AVX10 */
        *a = *b = *c = *d = 0;
}

static void answer(int number, siginfo_t *info, void *context)
{
    greg_t *reg = ((ucontext_t *)context)->uc_mcontext.gregs;
    const unsigned char *at = (const unsigned char *)reg[REG_RIP];
    unsigned leaf = reg[REG_RAX], sub = reg[REG_RCX], a, b, c, d;
    (void)info;
    if (at[0] != 0x0f || at[1] != 0xa2) { /* no CPUID: a real fault */
        signal(number, SIG_DFL);
        return;
    }
    cpuid_on(1);
    __cpuid_count(leaf, sub, a, b, c, d);
    cpuid_on(0);
    leave_out(leaf, sub, &a, &b, &c, &d);
    reg[REG_RAX] = a;
    reg[REG_RBX] = b;
    reg[REG_RCX] = c;
    reg[REG_RDX] = d;
    reg[REG_RIP] += 2;
}

__attribute__((constructor)) static void look_older(void)
{
    struct sigaction action;
    const char *wanted = getenv("OLDER_PROCESSOR");
    if (wanted == NULL)
        return;
    level = atoi(wanted);
    memset(&action, 0, sizeof action);
    action.sa_sigaction = answer;
    action.sa_flags = SA_SIGINFO | SA_NODEFER;
    sigaction(SIGSEGV, &action, NULL);
    if (cpuid_on(0) != 0)
        _exit(99); /* neither kernel nor hypervisor lets CPUID fault */
}
