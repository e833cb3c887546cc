// Generated from openapi/ by 'npm run generate'. Do not edit.

export interface paths {
    "/executions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's executions, newest first */
        get: operations["listExecutions"];
        put?: never;
        /**
         * Run directly
         * @description Asks for offers, takes the earliest and accepts it, all in one. When it is refused the status is 400 and the body
         *     is an execution in phase FAILED whose messages say why; it is not stored.
         */
        post: operations["createExecution"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/executions/{uuid}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        /**
         * One execution
         * @description With `WAIT` the answer is held back until the execution leaves the phase it is in (or the phase named by `PHASE`),
         *     reaches a terminal phase, or the seconds are over. `-1` waits as long as the server allows.
         */
        get: operations["getExecution"];
        put?: never;
        /**
         * Accept, reject or cancel
         * @description One update. What is possible now is listed in `meta.options`; anything else is 409 or 422 and changes nothing.
         */
        post: operations["updateExecution"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/executions/{uuid}/events": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        /**
         * Every change of phase and every message, as they come
         * @description Server-sent events. `phase` events carry `{component, family, phase, event, time}` (no component for the execution
         *     itself), `message` events a message with its component. The stream ends when nothing more can come.
         */
        get: operations["getExecutionEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the process answers */
        get: operations["getLiveness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether requests can be served */
        get: operations["getReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/offersets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's offer sets, newest first */
        get: operations["listOfferSets"];
        put?: never;
        /**
         * Ask for offers
         * @description The answer is YES with offers or NO with messages that say why; NO is not an error. The status is 303 and
         *     `Location` leads to the offer set, which is also the body. With `Prefer: return=representation` the status is 200
         *     and `Content-Location` names it.
         */
        post: operations["createOfferSet"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/offersets/{uuid}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        /** One offer set with its offers */
        get: operations["getOfferSet"];
        put?: never;
        /**
         * Reject all offers, or accept one of them
         * @description An `uri:enum-value-update` of path `phase` with value `REJECTED` rejects every open offer of the set. An
         *     `uri:string-value-update` of path `accepted` with the UUID of an offer accepts that offer.
         */
        post: operations["updateOfferSet"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This contract as JSON */
        get: operations["getOpenapiJson"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.yaml": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This contract as YAML */
        get: operations["getOpenapiYaml"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/streams/{uuid}/{stream}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Which of the two outputs. */
                stream: components["parameters"]["stream"];
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        /**
         * What the program wrote
         * @description The UUID is that of the execution. With `follow=true` the answer goes on until the program has ended.
         */
        get: operations["getStream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description What every component has. */
        ComponentMetadata: {
            created?: components["schemas"]["Instant"];
            /** @description A description that the client chose. */
            description?: string;
            /** @description What the broker has to say about it, oldest first. */
            messages?: components["schemas"]["MessageItem"][];
            modified?: components["schemas"]["Instant"];
            /** @description A name that the client chose. */
            name?: string;
            /** @description Which updates are possible now. */
            options?: components["schemas"]["Option"][];
            /**
             * Format: uri
             * @description Where the component is found.
             */
            url?: string;
            /**
             * @description In an answer, the identifier of the component. In a request, any word that other parts of the same request use
             *     to refer to this one.
             */
            uuid?: string;
        };
        /** @description What the program runs on. */
        ComputeResource: components["schemas"]["SimpleComputeResource"];
        /** @description An OCI image. */
        ContainerImage: {
            /** @description The digest (`sha256:…`) of the image at its registry, or the id of an image on the platform. */
            digest?: string;
            /** @description References to the image, such as `registry.example/project/name:tag`, tried in their order. */
            locations?: string[];
            platform?: {
                /** @default amd64 */
                architecture?: string;
                /** @default linux */
                os?: string;
            };
        };
        /** @description How the container is reached. */
        ContainerNetwork: {
            ports?: {
                /** @description What the port is for. */
                access?: string;
                external?: {
                    addresses?: string[];
                    port?: number;
                };
                internal?: {
                    port?: number;
                };
                path?: string;
                /** @enum {string} */
                protocol?: "UDP" | "TCP" | "HTTP" | "HTTPS";
            }[];
        };
        /** @description Data that the program reads. */
        DataResource: components["schemas"]["SimpleDataResource"];
        /** @description A program packed in a container image. */
        DockerContainer: {
            /** @description The arguments. Without an entry point they replace the command of the image. */
            command?: string[];
            /** @description The program. It replaces the entry point of the image. */
            entrypoint?: string;
            /** @description Environment variables by name. */
            environment?: {
                [key: string]: string;
            };
            /** @description The exit code of the program, once it has ended. */
            exitCode?: number;
            image?: components["schemas"]["ContainerImage"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "https://www.purl.org/ivoa.net/Calycopis-openapi/schema/v1.0/kinds/executable/docker-container.yaml";
            meta?: components["schemas"]["ComponentMetadata"];
            network?: components["schemas"]["ContainerNetwork"];
            phase?: components["schemas"]["LifecyclePhase"];
            /**
             * @description Whether the container may do as the host does.
             * @default false
             */
            privileged?: boolean;
            schedule?: components["schemas"]["LifecycleSchedule"];
            streams?: components["schemas"]["OutputStreams"];
        };
        /**
         * @description A duration in ISO 8601, such as `PT2H`.
         * @example PT2H
         */
        Duration: string;
        EnumValueOption: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "uri:enum-value-option";
            /** @description What can be updated. */
            path: string;
            values: string[];
        };
        EnumValueUpdate: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "uri:enum-value-update";
            /** @description What is updated, such as `phase`; a leading slash is allowed. */
            path: string;
            value: string;
        };
        /** @description What is run. */
        Executable: components["schemas"]["DockerContainer"];
        /** @description A contract, from the offer to what became of it. */
        Execution: {
            compute?: components["schemas"]["ComputeResource"];
            data?: components["schemas"]["DataResource"][];
            executable?: components["schemas"]["Executable"];
            expires?: components["schemas"]["Instant"];
            /** @description The phases it was in, oldest first. */
            history?: components["schemas"]["HistoryItem"][];
            /** @constant */
            kind: "https://www.purl.org/ivoa.net/Calycopis-openapi/schema/v1.0/kinds/execution/simple-execution.yaml";
            meta: components["schemas"]["ComponentMetadata"];
            /**
             * Format: uri
             * @description The offer set that this execution was an offer of.
             */
            offerset?: string;
            phase: components["schemas"]["ExecutionPhase"];
            platform?: components["schemas"]["PlatformReference"];
            schedule?: components["schemas"]["LifecycleSchedule"];
            storage?: components["schemas"]["StorageResource"][];
        };
        ExecutionList: {
            executions?: components["schemas"]["Execution"][];
        };
        /**
         * @description The phase of an execution. RUNNING and INITIAL are known from older clients and never written.
         * @enum {string}
         */
        ExecutionPhase: "INITIAL" | "OFFERED" | "ACCEPTED" | "REJECTED" | "EXPIRED" | "WAITING" | "PREPARING" | "AVAILABLE" | "RUNNING" | "RELEASING" | "COMPLETED" | "FAILED" | "CANCELLED";
        /**
         * @description A template of what the client wants to run. Sizes are whole numbers; memory and storage are in GiB. Resources refer
         *     to each other by the `meta.name` or `meta.uuid` that the client gave them in this request.
         */
        ExecutionRequest: {
            compute?: components["schemas"]["ComputeResource"];
            data?: components["schemas"]["DataResource"][];
            executable?: components["schemas"]["Executable"];
            meta?: components["schemas"]["ComponentMetadata"];
            schedule?: components["schemas"]["RequestedSchedule"];
            storage?: components["schemas"]["StorageResource"][];
        };
        Health: {
            checks?: {
                detail?: string;
                name: string;
                /** @enum {string} */
                status: "ok" | "unavailable";
            }[];
            /** @enum {string} */
            status: "ok" | "unavailable";
        };
        HistoryItem: {
            /**
             * @description Who caused it.
             * @enum {string}
             */
            cause?: "client" | "clock" | "broker" | "platform";
            /** @description What led to this phase. */
            event: string;
            phase: components["schemas"]["ExecutionPhase"];
            since: components["schemas"]["Instant"];
        };
        /**
         * @description An instant in UTC, such as `2026-11-23T12:00:00Z`.
         * @example 2026-11-23T12:00:00Z
         */
        Instant: string;
        /**
         * @description The phase of a component.
         * @enum {string}
         */
        LifecyclePhase: "INITIALIZING" | "WAITING" | "PREPARING" | "AVAILABLE" | "RUNNING" | "RELEASING" | "COMPLETED" | "FAILED" | "CANCELLED";
        /** @description When a component is expected to be prepared, usable and released. */
        LifecycleSchedule: {
            available?: components["schemas"]["ScheduleRangePart"];
            preparing?: components["schemas"]["SchedulePart"];
            releasing?: components["schemas"]["SchedulePart"];
        };
        /** @description A message, following messagetemplates.org. */
        MessageItem: {
            /**
             * @description What is said, as `urn:ivoa:execution-broker:message:<name>`.
             * @example urn:ivoa:execution-broker:message:no-capacity
             */
            kind: string;
            /** @enum {string} */
            level: "DEBUG" | "INFO" | "WARN" | "ERROR";
            /** @description The sentence with its values. */
            message: string;
            /** @description The sentence, with `${name}` in the place of each value. */
            template: string;
            time: components["schemas"]["Instant"];
            /** @description The values by name. */
            values?: {
                [key: string]: string;
            };
        };
        /** @description At least `min`, never more than `max`; without a `max`, exactly `min`. */
        MinMaxInteger: {
            max?: number;
            min?: number;
        };
        /** @description The answer to a request. */
        OfferSet: {
            expires?: components["schemas"]["Instant"];
            /** @constant */
            kind: "https://www.purl.org/ivoa.net/Calycopis-openapi/schema/v1.0/kinds/offerset/execution-offerset.yaml";
            meta: components["schemas"]["ComponentMetadata"];
            /** @description The executions on offer, earliest first. Any of them is safe to accept. */
            offers?: components["schemas"]["Execution"][];
            /** @enum {string} */
            result: "YES" | "NO";
        };
        OfferSetList: {
            offersets?: components["schemas"]["OfferSet"][];
        };
        /** @description An update that is possible now. */
        Option: components["schemas"]["EnumValueOption"] | components["schemas"]["StringValueOption"];
        OutputStream: {
            locations?: string[];
        };
        /** @description Where the output of the program is read. */
        OutputStreams: {
            stderr?: components["schemas"]["OutputStream"];
            stdout?: components["schemas"]["OutputStream"];
        };
        /** @description Where it runs. */
        PlatformReference: {
            name?: string;
            pool?: string;
        };
        /** @description A failure, as RFC 9457 describes it. */
        Problem: {
            detail?: string;
            /** @description What is at fault; each is a field of the body, a parameter of the query, or a header. */
            errors?: {
                /** @description What is wrong with it. */
                detail: string;
                /** @description The name of a header. */
                header?: string;
                /** @description The name of a parameter of the query. */
                parameter?: string;
                /** @description A JSON Pointer (RFC 6901) into the body of the request. */
                pointer?: string;
            }[];
            /** @description The path of the request. */
            instance?: string;
            /** @description The id of the request in the log of the service. */
            requestId?: string;
            status: number;
            title: string;
            /**
             * @description Which failure, as `urn:ivoa:execution-broker:problem:<name>`.
             * @example urn:ivoa:execution-broker:problem:not-found
             */
            type: string;
        };
        /** @description When the execution shall run, and for how long. */
        RequestedSchedule: {
            requested?: {
                duration?: components["schemas"]["Duration"];
                /**
                 * @description When it may start: an instant (an absolute start) or an interval to start in, or a list of them. Without it,
                 *     as soon as possible.
                 */
                start?: components["schemas"]["StartWindow"] | components["schemas"]["StartWindow"][];
            };
        };
        SchedulePart: {
            duration?: components["schemas"]["Duration"];
            start?: components["schemas"]["Instant"];
        };
        ScheduleRangePart: {
            duration?: components["schemas"]["Duration"];
            start?: components["schemas"]["StartRange"];
        };
        /** @description Cores, memory, and the volumes that are mounted. Without amounts, one core and one GiB. */
        SimpleComputeResource: {
            cores?: components["schemas"]["MinMaxInteger"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "https://www.purl.org/ivoa.net/Calycopis-openapi/schema/v1.0/kinds/compute/simple-compute-resource.yaml";
            memory?: components["schemas"]["MinMaxInteger"];
            meta?: components["schemas"]["ComponentMetadata"];
            phase?: components["schemas"]["LifecyclePhase"];
            schedule?: components["schemas"]["LifecycleSchedule"];
            volumes?: components["schemas"]["VolumeMount"][];
        };
        /**
         * @description A file behind a URL. It is copied into its storage before the program starts, under the name that its URL ends in,
         *     and is reachable as `content` too.
         */
        SimpleDataResource: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "https://www.purl.org/ivoa.net/Calycopis-openapi/schema/v1.0/kinds/data/simple-data-resource.yaml";
            /** @description An http or https URL. */
            location?: string;
            meta?: components["schemas"]["ComponentMetadata"];
            phase?: components["schemas"]["LifecyclePhase"];
            schedule?: components["schemas"]["LifecycleSchedule"];
            /** @description The name or UUID of a storage resource; in an answer its UUID. Without it, storage is made for it. */
            storage?: string;
        };
        SimpleStorageResource: {
            /** @description The UUIDs of the data resources in it. */
            data?: string[];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "https://www.purl.org/ivoa.net/Calycopis-openapi/schema/v1.0/kinds/storage/simple-storage-resource.yaml";
            meta?: components["schemas"]["ComponentMetadata"];
            phase?: components["schemas"]["LifecyclePhase"];
            schedule?: components["schemas"]["LifecycleSchedule"];
            size?: components["schemas"]["MinMaxInteger"];
        };
        SimpleVolumeMount: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "https://www.purl.org/ivoa.net/Calycopis-openapi/schema/v1.0/kinds/volume/simple-volume-mount.yaml";
            meta?: components["schemas"]["ComponentMetadata"];
            /**
             * @default READONLY
             * @enum {string}
             */
            mode?: "READONLY" | "READWRITE";
            /** @description An absolute path in the container. Without it, `/volumes/<name>`. */
            path?: string;
            /** @description The name or UUID of a data or storage resource; in an answer its UUID. */
            resource?: string;
        };
        /**
         * @description The instants at which something starts, as `<first instant>/<duration>`.
         * @example 2026-11-23T12:00:00Z/PT5M
         */
        StartRange: string;
        /**
         * @description An instant, `start/end`, `start/duration` or `duration/end` in ISO 8601; the end may leave out what it shares with
         *     the start.
         * @example 2026-11-23T12:00:00Z/PT2H
         */
        StartWindow: string;
        /** @description Space for files. */
        StorageResource: components["schemas"]["SimpleStorageResource"];
        StringValueOption: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "uri:string-value-option";
            /** @description What can be updated. */
            path: string;
            /** @description A regular expression that the value follows. */
            pattern?: string;
        };
        StringValueUpdate: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "uri:string-value-update";
            /** @description What is updated; a leading slash is allowed. */
            path: string;
            value: string;
        };
        /** @description A change that the client asks for. */
        Update: components["schemas"]["EnumValueUpdate"] | components["schemas"]["StringValueUpdate"];
        /** @description Where data or storage appear in the container. */
        VolumeMount: components["schemas"]["SimpleVolumeMount"];
    };
    responses: {
        /** @description The request cannot be read or does not follow the contract. */
        BadRequest: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
                "application/problem+yaml": components["schemas"]["Problem"];
            };
        };
        /** @description Not possible in the current phase. */
        Conflict: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
                "application/problem+yaml": components["schemas"]["Problem"];
            };
        };
        /** @description The offer has expired. */
        Gone: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
                "application/problem+yaml": components["schemas"]["Problem"];
            };
        };
        /** @description None of the media types in `Accept` can be produced. */
        NotAcceptable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
                "application/problem+yaml": components["schemas"]["Problem"];
            };
        };
        /** @description There is no such thing, or the caller may not know of it. */
        NotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
                "application/problem+yaml": components["schemas"]["Problem"];
            };
        };
        /** @description The stream does not have that range. */
        RangeNotSatisfiable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
                "application/problem+yaml": components["schemas"]["Problem"];
            };
        };
        /** @description The body is too large. */
        TooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
                "application/problem+yaml": components["schemas"]["Problem"];
            };
        };
        /** @description The broker cannot answer now; try again later. */
        Unavailable: {
            headers: {
                "Retry-After": components["headers"]["RetryAfter"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
                "application/problem+yaml": components["schemas"]["Problem"];
            };
        };
        /** @description The update is understood but not possible with that value. */
        Unprocessable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
                "application/problem+yaml": components["schemas"]["Problem"];
            };
        };
        /** @description The body is in a notation that is not supported. */
        UnsupportedMediaType: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
                "application/problem+yaml": components["schemas"]["Problem"];
            };
        };
    };
    parameters: {
        /** @description Where the next page begins, from the `Link` header of the page before. */
        cursor: string;
        /** @description Whether to wait for more until the program has ended. */
        follow: boolean;
        /** @description The id of the last event that was received; the stream goes on after it. */
        lastEventId: string;
        /** @description The most entries of a page. */
        limit: number;
        /** @description Answer at once when the execution is not in this phase. */
        phase: components["schemas"]["ExecutionPhase"];
        /** @description Only executions in one of these phases; may be given several times. */
        phases: components["schemas"]["ExecutionPhase"][];
        /** @description `return=representation` asks for 200 instead of 303; `offers=n` for at most n offers. */
        prefer: string;
        /** @description One range of bytes, `bytes=<from>-` or `bytes=<from>-<to>`. */
        range: string;
        /** @description Which of the two outputs. */
        stream: "stdout" | "stderr";
        /** @description The last path segment of the resource's URL. */
        uuid: string;
        /** @description How many seconds the answer may be held back. */
        wait: number;
    };
    requestBodies: {
        executionRequest: {
            content: {
                "application/json": components["schemas"]["ExecutionRequest"];
                "application/yaml": components["schemas"]["ExecutionRequest"];
            };
        };
        update: {
            content: {
                "application/json": components["schemas"]["Update"];
                "application/yaml": components["schemas"]["Update"];
            };
        };
    };
    headers: {
        /** @description The URL of what the body represents. */
        ContentLocation: string;
        /** @description The next page, as `<url>; rel="next"`. */
        Link: string;
        /** @description The URL of what was made. Its last segment is the UUID. */
        Location: string;
        /** @description After how many seconds to try again. */
        RetryAfter: number;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listExecutions: {
        parameters: {
            query?: {
                /** @description Where the next page begins, from the `Link` header of the page before. */
                cursor?: components["parameters"]["cursor"];
                /** @description The most entries of a page. */
                LAST?: components["parameters"]["limit"];
                /** @description Only executions in one of these phases; may be given several times. */
                PHASE?: components["parameters"]["phases"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of executions. */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExecutionList"];
                    "application/yaml": components["schemas"]["ExecutionList"];
                };
            };
            400: components["responses"]["BadRequest"];
            406: components["responses"]["NotAcceptable"];
        };
    };
    createExecution: {
        parameters: {
            query?: never;
            header?: {
                /** @description `return=representation` asks for 200 instead of 303; `offers=n` for at most n offers. */
                Prefer?: components["parameters"]["prefer"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["executionRequest"];
        responses: {
            /** @description The execution, when `Prefer` asked for it. */
            200: {
                headers: {
                    "Content-Location": components["headers"]["ContentLocation"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Execution"];
                    "application/yaml": components["schemas"]["Execution"];
                };
            };
            /** @description The execution was accepted. */
            303: {
                headers: {
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Execution"];
                    "application/yaml": components["schemas"]["Execution"];
                };
            };
            /** @description The request was refused (an execution in phase FAILED says why), or it could not be read (a problem document). */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Execution"];
                    "application/problem+json": components["schemas"]["Problem"];
                    "application/problem+yaml": components["schemas"]["Problem"];
                    "application/yaml": components["schemas"]["Execution"];
                };
            };
            406: components["responses"]["NotAcceptable"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            503: components["responses"]["Unavailable"];
        };
    };
    getExecution: {
        parameters: {
            query?: {
                /** @description Answer at once when the execution is not in this phase. */
                PHASE?: components["parameters"]["phase"];
                /** @description How many seconds the answer may be held back. */
                WAIT?: components["parameters"]["wait"];
            };
            header?: never;
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The execution. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Execution"];
                    "application/yaml": components["schemas"]["Execution"];
                };
            };
            400: components["responses"]["BadRequest"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
        };
    };
    updateExecution: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["update"];
        responses: {
            /** @description The execution after the update. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Execution"];
                    "application/yaml": components["schemas"]["Execution"];
                };
            };
            400: components["responses"]["BadRequest"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["Conflict"];
            410: components["responses"]["Gone"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
        };
    };
    getExecutionEvents: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the last event that was received; the stream goes on after it. */
                "Last-Event-ID"?: components["parameters"]["lastEventId"];
            };
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events so far, then the new ones. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            400: components["responses"]["BadRequest"];
            404: components["responses"]["NotFound"];
        };
    };
    getLiveness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It does. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            406: components["responses"]["NotAcceptable"];
        };
    };
    getReadiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The database and at least one platform answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            406: components["responses"]["NotAcceptable"];
            /** @description They do not; the checks say which. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    listOfferSets: {
        parameters: {
            query?: {
                /** @description Where the next page begins, from the `Link` header of the page before. */
                cursor?: components["parameters"]["cursor"];
                /** @description The most entries of a page. */
                LAST?: components["parameters"]["limit"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of offer sets. */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OfferSetList"];
                    "application/yaml": components["schemas"]["OfferSetList"];
                };
            };
            400: components["responses"]["BadRequest"];
            406: components["responses"]["NotAcceptable"];
        };
    };
    createOfferSet: {
        parameters: {
            query?: never;
            header?: {
                /** @description `return=representation` asks for 200 instead of 303; `offers=n` for at most n offers. */
                Prefer?: components["parameters"]["prefer"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["executionRequest"];
        responses: {
            /** @description The offer set, when `Prefer` asked for it. */
            200: {
                headers: {
                    "Content-Location": components["headers"]["ContentLocation"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OfferSet"];
                    "application/yaml": components["schemas"]["OfferSet"];
                };
            };
            /** @description The offer set was made. */
            303: {
                headers: {
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OfferSet"];
                    "application/yaml": components["schemas"]["OfferSet"];
                };
            };
            400: components["responses"]["BadRequest"];
            406: components["responses"]["NotAcceptable"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            503: components["responses"]["Unavailable"];
        };
    };
    getOfferSet: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The offer set. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OfferSet"];
                    "application/yaml": components["schemas"]["OfferSet"];
                };
            };
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
        };
    };
    updateOfferSet: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["update"];
        responses: {
            /** @description The offer set after the update. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OfferSet"];
                    "application/yaml": components["schemas"]["OfferSet"];
                };
            };
            400: components["responses"]["BadRequest"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["Conflict"];
            410: components["responses"]["Gone"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
        };
    };
    getOpenapiJson: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One file without references to others. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            406: components["responses"]["NotAcceptable"];
        };
    };
    getOpenapiYaml: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One file without references to others. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/yaml": Record<string, never>;
                };
            };
            406: components["responses"]["NotAcceptable"];
        };
    };
    getStream: {
        parameters: {
            query?: {
                /** @description Whether to wait for more until the program has ended. */
                follow?: components["parameters"]["follow"];
            };
            header?: {
                /** @description One range of bytes, `bytes=<from>-` or `bytes=<from>-<to>`. */
                Range?: components["parameters"]["range"];
            };
            path: {
                /** @description Which of the two outputs. */
                stream: components["parameters"]["stream"];
                /** @description The last path segment of the resource's URL. */
                uuid: components["parameters"]["uuid"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The output so far. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description The part of the output that was asked for. */
            206: {
                headers: {
                    /** @description The part and, when the program has ended, the whole length. */
                    "Content-Range"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            400: components["responses"]["BadRequest"];
            404: components["responses"]["NotFound"];
            416: components["responses"]["RangeNotSatisfiable"];
            503: components["responses"]["Unavailable"];
        };
    };
}
