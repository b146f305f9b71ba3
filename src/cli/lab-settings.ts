/** The settings of the lab as flags and variables: flags over environment over file over defaults. Design 10 */
import { type Command, InvalidArgumentError, Option } from 'commander'
import {
  DEFAULT_LAB_CONFIG,
  LAB_SETTINGS,
  type LabConfig,
  type LabSetting,
  type LabValue,
  labValueOf,
  parseLabValue,
  readLabConfig,
  withLabValues,
} from '../lab/lab-config.ts'

/** The value of one setting, and where it comes from. */
export interface SourcedLabValue {
  readonly setting: LabSetting
  readonly value: LabValue
  readonly from: 'cli' | 'env' | 'config' | 'default'
}

/** An option for each setting of the file. */
export function labSettingOptions(): Option[] {
  return LAB_SETTINGS.map((setting) => {
    const { flag, variable, description, defaultValue, choices } = setting
    const what = choices === undefined ? 'n' : 'form'
    const option = new Option(`${flag} <${what}>`, `${description}; default ${defaultValue}`)
    option.env(variable)
    if (choices !== undefined) return option.choices(choices)
    return option.argParser((text) => readValue(setting, text))
  })
}

function readValue(setting: LabSetting, text: string): LabValue {
  try {
    return parseLabValue(setting, text)
  } catch (error) {
    if (error instanceof RangeError) throw new InvalidArgumentError(error.message)
    throw error
  }
}

/** @param command That was parsed. @throws {ConfigurationInvalid} If its file cannot be used. */
export function labConfigOf(command: Command): LabConfig {
  const { config, said } = sourcesOf(command)
  return withLabValues(config, new Map(said.map(({ setting, value }) => [setting, value])))
}

/** Each setting with its source. @throws {ConfigurationInvalid} If the file cannot be used. */
export function labValuesOf(
  command: Command,
  isInFile: (path: readonly string[]) => boolean,
): readonly SourcedLabValue[] {
  const { config, said } = sourcesOf(command)
  return LAB_SETTINGS.map((setting) => {
    const one = said.find((other) => other.setting === setting)
    if (one !== undefined) return one
    const from = isInFile(setting.path) ? 'config' : 'default'
    return { setting, value: labValueOf(config, setting), from }
  })
}

/** What the file says, and what flags and variables say over it. */
function sourcesOf(command: Command): {
  readonly config: LabConfig
  readonly said: readonly SourcedLabValue[]
} {
  const file = command.getOptionValue('config') as string | undefined
  const said = LAB_SETTINGS.flatMap((setting): SourcedLabValue[] => {
    const option = command.options.find(({ long }) => long === setting.flag)
    const from = option && command.getOptionValueSource(option.attributeName())
    if (option === undefined || (from !== 'cli' && from !== 'env')) return []
    const value = command.getOptionValue(option.attributeName()) as LabValue
    return [{ setting, value, from: from === 'cli' ? 'cli' : 'env' }]
  })
  return { config: file === undefined ? DEFAULT_LAB_CONFIG : readLabConfig(file), said }
}
