import { Capture } from "./capture.ts";
import type { EndpointConfig, ServedVariant } from "./endpoint-configs.ts";
import { Instance } from "./instance.ts";
import { JobFailure, noCapacity } from "../job-failure.ts";
import { logStreams } from "../log-streams.ts";
import { findModel, type Model } from "../registry/models.ts";
import { type UnpackedModel, unpackModel } from "./served-model.ts";
import type { Service } from "../service.ts";
import { messageOf } from "../../../pipeline/errors.ts";

/** How much of a variant there is to be: its instances, and its weight among the variants. */
export interface Size {
  readonly instances: number;
  readonly weight: number;
}

/** A production variant that serves: one model on a number of instances. */
export class RunningVariant {
  readonly variant: ServedVariant;
  readonly model: Model;
  readonly capture: Capture | undefined;
  readonly resolved = new Date();
  weight: number;
  /** Instances that it is to have; fewer or more run while it is resized. */
  desired: number;
  readonly #service: Service;
  readonly #endpointName: string;
  readonly #files: UnpackedModel;
  readonly #instances: Instance[] = [];

  private constructor(
    service: Service,
    variant: ServedVariant,
    { instances, weight }: Size,
    made: {
      endpointName: string;
      model: Model;
      files: UnpackedModel;
      capture: Capture | undefined;
    },
  ) {
    this.#service = service;
    this.#endpointName = made.endpointName;
    this.variant = variant;
    this.model = made.model;
    this.#files = made.files;
    this.capture = made.capture;
    this.desired = instances;
    this.weight = weight;
  }

  /** Brings a variant up on all of its instances. @throws JobFailure with AWS's FailureReason. */
  static async launch(
    service: Service,
    endpointName: string,
    { request: { DataCaptureConfig } }: EndpointConfig,
    variant: ServedVariant,
    size: Size,
  ): Promise<RunningVariant> {
    const model = findModel(service, variant.ModelName);
    const files = await unpackModel(service, model, service.closing);
    const s3 = service.roles.s3(model.request.ExecutionRoleArn, model.arn);
    const capture =
      DataCaptureConfig && new Capture(s3, DataCaptureConfig, endpointName, variant.VariantName);
    const made = { endpointName, model, files, capture };
    const running = new RunningVariant(service, variant, size, made);
    try {
      await running.resize();
      return running;
    } catch (error) {
      await running.close();
      throw error;
    }
  }

  get instances(): readonly Instance[] {
    return this.#instances;
  }

  /**
   * Brings the instances to the number desired: new ones come up together, or none of them; those
   * too many get no further request, and end when they have answered what they were asked.
   * @throws JobFailure where a new one does not come up.
   */
  async resize(): Promise<void> {
    const surplus = this.#instances.splice(this.desired);
    await Promise.all(surplus.map((instance) => instance.close()));
    const missing = Array.from({ length: this.desired - this.#instances.length }, () =>
      this.#launchInstance(),
    );
    const started = await Promise.allSettled(missing);
    const up = started.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    const failed = started.find((one) => one.status === "rejected");
    if (failed === undefined) {
      this.#instances.push(...up);
      return;
    }
    await Promise.all(up.map((instance) => instance.close()));
    throw failed.reason;
  }

  /** Ends its processes when they have answered, writes what was captured, deletes its files. */
  async close(): Promise<void> {
    await Promise.all(this.#instances.map((instance) => instance.close()));
    await this.capture?.flush();
    await this.#files.delete();
  }

  async #launchInstance(): Promise<Instance> {
    const { noCapacity: none, closing } = this.#service;
    const { VariantName, InstanceType } = this.variant;
    if (none.has(InstanceType)) throw new JobFailure(noCapacity);
    try {
      return await Instance.launch(() => {
        const stream = logStreams.endpoint(this.#endpointName, VariantName);
        return this.#files.start(stream, closing);
      });
    } catch (error) {
      const why = messageOf(error);
      throw new JobFailure(
        `The primary container for production variant ${VariantName} did not pass the ping health ` +
          `check. Please check CloudWatch logs for this endpoint. (${why})`,
      );
    }
  }
}
