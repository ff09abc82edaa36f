import type { Reporter, TestModule } from 'vitest/node'

/**
 * Names at the end each test that passed only when it was run again (`--retry`), with what failed: there is a fault to be
 * found, of the test or of the code.
 */
export default class FlakyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const flaky = modules.flatMap(module =>
      [...module.children.allTests('passed')]
        .filter(test => test.diagnostic()?.flaky)
        .flatMap(test => [
          `  ${module.relativeModuleId} > ${test.fullName}`,
          ...(test.result().errors ?? []).map(
            ({ stack, message }) => `    ${(stack ?? message).replaceAll('\n', '\n    ')}`,
          ),
        ]),
    )
    if (flaky.length > 0) console.log(`\nPassed only at a second try; find out why:\n${flaky.join('\n')}\n`)
  }
}
