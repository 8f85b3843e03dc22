import type { DoctorReport, ProviderReport } from './doctor.js';
import { gib } from './output.js';
import { table } from './table.js';

/** The report, for people. */
export function doctorText(report: DoctorReport): string {
  const { node, platform, environment } = report;
  const parts = [
    table(
      ['', ''],
      [
        ['fraud-scorer', report.version],
        ['Node.js', `${node.version}${node.isSupported ? '' : ` (expected ${node.required})`}`],
        ['platform', `${platform.os} ${platform.arch}`],
        ['onnxruntime-node', report.runtimeVersion],
        ...Object.entries(environment),
      ],
    ),
    table(['provider', 'works', 'bundled model, or why not'], report.providers.map(providerRow), [10, 7, 82]),
    ...report.providers.filter(({ libraries }) => libraries.length > 0).map(libraryTable),
    gpuText(report),
    ...report.providers.filter((provider) => isToBeCured(provider, report)).map(cureText),
    report.problems.length === 0 ? 'All is well.' : report.problems.map((problem) => `Problem: ${problem}`).join('\n'),
  ];
  return `${parts.join('\n\n')}\n`;
}

function providerRow({ provider, works, reason, note, scored }: ProviderReport): string[] {
  return [provider, works ? 'yes' : 'no', works ? scoredText(scored, note) : (reason ?? 'unknown')];
}

function scoredText(scored: ProviderReport['scored'], note: string | null): string {
  const texts: string[] = [];
  if (scored !== null) {
    texts.push(`${scored.cases} cases, largest difference ${(scored.largestDifference ?? 0).toExponential(1)}`);
    if (scored.deviceMemoryGb !== null) texts.push(`a session takes ${gib(scored.deviceMemoryGb)} of the device`);
  }
  if (note !== null) texts.push(note);
  return texts.join('; ');
}

/** Without a GPU, advice about it is useful only if the user asked for it. Nobody needs TensorRT. */
function isToBeCured({ provider, cures }: ProviderReport, { required, gpus }: DoctorReport): boolean {
  const isOfUse = provider === 'cpu' || (provider === 'cuda' && gpus.length > 0);
  return cures.length > 0 && (required.includes(provider) || isOfUse);
}

function cureText({ provider, cures }: ProviderReport): string {
  const steps = cures.map((cure, index) => `  ${index + 1}. ${cure}`);
  return [`What would help ${provider} (see "Getting CUDA" in docs/gpu.md):`, ...steps].join('\n');
}

function libraryTable({ provider, libraries }: ProviderReport): string {
  return table(
    [`${provider} needs`, 'found', 'comes with'],
    libraries.map(({ name, problem, isOptional, packages }) => [
      isOptional ? `${name} (for some operators)` : name,
      problem === null ? 'yes' : problem.startsWith(`${name}: cannot open`) ? 'no' : `no: ${problem}`,
      packages === null ? 'the NVIDIA driver' : `${packages.what}: apt ${packages.apt}, pip ${packages.pip}`,
    ]),
  );
}

function gpuText({ gpus, problem }: DoctorReport): string {
  if (gpus.length === 0) return `GPUs: none (${problem ?? 'nvidia-smi lists none'})`;
  return table(
    ['GPU', 'CUDA device', 'name', 'driver', 'memory', 'in use'],
    gpus.map(({ index, device, name, driver, memoryTotalGb, memoryUsedGb }) => [
      String(index),
      device === null ? '–' : String(device),
      name,
      driver,
      gib(memoryTotalGb),
      gib(memoryUsedGb),
    ]),
  );
}
