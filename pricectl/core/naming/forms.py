"""The table of name forms: a row a platform, with names that are its tests and documentation."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

# A maker sells its own models, a host other makers' at its own prices; a gateway passes calls on,
# at prices that no catalog of makers has; a proxy says nothing about who sells.
PlatformKind = Literal["maker", "host", "gateway", "proxy", "local"]
Parts = Mapping[str, str]


class NameForm(NamedTuple):
    """How one platform writes names.

    `seller` is the canonical word for it (where it is "gateway", each of `words` is a seller of its
    own), `words` what stands before a slash in its names and what
    sections of a catalog are called. `slugs` are what gateways and model hubs call a maker: a name
    under a slug does not say that the maker sells. `examples` are names with their parts.
    """

    platform: str
    kind: PlatformKind
    seller: str
    words: tuple[str, ...]
    reading: str
    examples: Mapping[str, Parts]
    slugs: tuple[str, ...] = ()


def _form(  # noqa: PLR0913, PLR0917 - one column an argument
    platform: str,
    kind: PlatformKind,
    seller: str,
    words: str,
    slugs: str,
    reading: str,
    examples: Mapping[str, str],
) -> NameForm:
    """A row from words with blanks between; an example's parts are written "model=x region=y"."""
    parts = {
        name: MappingProxyType(dict(part.split("=", 1) for part in written.split()))
        for name, written in examples.items()
    }
    return NameForm(
        platform,
        kind,
        seller,
        tuple(words.split()),
        reading,
        MappingProxyType(parts),
        tuple(slugs.split()),
    )


FORMS = (
    _form(
        "OpenAI",
        "maker",
        "openai",
        "openai text-completion-openai",
        "",
        "A fine-tuned model is ft:BASE:organisation:suffix:id and has a row ft:BASE; where there is"
        " none, the base model answers, flagged.",
        {
            "gpt-4o-2024-08-06": "model=gpt-4o-2024-08-06",
            "ft:gpt-4o-mini-2024-07-18:acme:support:abc123": "model=ft:gpt-4o-mini-2024-07-18",
            "openai/ft:gpt-4o-2024-08-06:acme::abc123": "seller=openai model=ft:gpt-4o-2024-08-06",
            "openai/o3-mini-high": "seller=openai model=o3-mini effort=high",
            "openai/gpt-5:flex": "seller=openai model=gpt-5 service=flex",
        },
    ),
    _form(
        "Anthropic",
        "maker",
        "anthropic",
        "anthropic",
        "",
        "Family and version may change places; [1m] asks for the long context, which the row's"
        " tiers charge.",
        {
            "claude-sonnet-4-5-20250929": "model=claude-sonnet-4-5-20250929",
            "claude-sonnet-4-5[1m]": "model=claude-sonnet-4-5 context=[1m]",
            "anthropic/claude-3.7-sonnet:thinking": "seller=anthropic model=claude-3.7-sonnet"
            " variant=thinking",
        },
    ),
    _form(
        "Azure OpenAI",
        "host",
        "azure",
        "azure azure_openai azure_text",
        "",
        "The word after azure/ is the data zone or the kind of deployment; gpt-35 is gpt-3.5.",
        {
            "azure/eu/gpt-5.1": "seller=azure region=eu model=gpt-5.1",
            "azure/global-standard/gpt-4o": "seller=azure region=global-standard model=gpt-4o",
            "azure/gpt-35-turbo": "seller=azure model=gpt-35-turbo",
        },
    ),
    _form(
        "Azure AI Foundry",
        "host",
        "azure",
        "azure_ai",
        "",
        "FW- marks a model that Fireworks serves there, with a price of its own.",
        {"azure_ai/FW-GLM-5": "seller=azure model=fw-glm-5"},
    ),
    _form(
        "Amazon Bedrock",
        "host",
        "bedrock",
        "bedrock bedrock_converse bedrock_mantle aws_bedrock amazon_bedrock amazon-bedrock",
        "",
        "MAKER.MODEL, a geography before it, a cloud region as a path, or an ARN. The geography's"
        " own row answers; else the region is the quote's region.",
        {
            "us.anthropic.claude-sonnet-4-5-20250929-v1:0": "seller=bedrock region=us"
            " maker=anthropic model=claude-sonnet-4-5 revision=-20250929-v1:0",
            "bedrock/sa-east-1/deepseek.v3.2": "seller=bedrock region=sa-east-1 maker=deepseek"
            " model=deepseek-v3.2",
            "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.amazon.nova-pro-v1:0": (
                "seller=bedrock region=eu maker=amazon model=nova-pro revision=-v1:0"
            ),
            "bedrock/arn:aws:bedrock:us-east-1:1:inference-profile/us.amazon.nova-pro-v1:0": (
                "seller=bedrock region=us maker=amazon model=nova-pro revision=-v1:0"
            ),
            "arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-text-lite-v1": (
                "seller=bedrock region=us-east-1 maker=amazon model=titan-text-lite revision=-v1"
            ),
        },
    ),
    _form(
        "Google Gemini",
        "maker",
        "google",
        "gemini google google_ai_studio",
        "",
        "models/ stands before a name of the Gemini API.",
        {
            "gemini/gemini-2.5-flash": "seller=google model=gemini-2.5-flash",
            "models/gemini-2.5-pro-001": "seller=google model=gemini-2.5-pro revision=-001",
        },
    ),
    _form(
        "Google Vertex AI",
        "host",
        "vertex",
        "vertex_ai vertex vertex_ai_beta",
        "",
        "The path names the location and the publisher; @ stands before a date or revision, -maas"
        " behind an open model. A name with either is Vertex AI's, also without a path.",
        {
            "vertex_ai/claude-haiku-4-5@20251001": "seller=vertex model=claude-haiku-4-5"
            " revision=@20251001",
            "projects/p1/locations/europe-west4/publishers/google/models/gemini-2.5-pro": (
                "seller=vertex region=europe-west4 maker=google model=gemini-2.5-pro"
            ),
            "vertex_ai/meta/llama-4-scout-17b-16e-instruct-maas": "seller=vertex maker=meta"
            " model=llama-4-scout-17b-16e-instruct revision=-maas",
            "gemma-4-26b-a4b-it-maas": "seller=vertex model=gemma-4-26b-a4b-it revision=-maas",
            "mistral-medium-3@001": "seller=vertex model=mistral-medium-3 revision=@001",
        },
    ),
    _form(
        "Fireworks",
        "host",
        "fireworks",
        "fireworks_ai fireworks fireworks-ai",
        "",
        "A point is a p; -us is served from the United States. Where a model has no row, the price"
        " class of its size answers, flagged.",
        {
            "accounts/fireworks/models/glm-5p3": "seller=fireworks model=glm-5p3",
            "fireworks_ai/accounts/fireworks/routers/glm-5p3-us": "seller=fireworks model=glm-5p3"
            " region=us",
        },
    ),
    _form(
        "Together",
        "host",
        "together",
        "together_ai together togetherai",
        "",
        "The maker stands before the model, as on Hugging Face.",
        {"together_ai/Qwen/Qwen3.5-9B": "seller=together maker=qwen model=qwen3.5-9b"},
    ),
    _form(
        "Groq",
        "host",
        "groq",
        "groq",
        "",
        "The maker may stand before the model.",
        {"groq/openai/gpt-oss-20b": "seller=groq maker=openai model=gpt-oss-20b"},
    ),
    _form(
        "OpenRouter",
        "gateway",
        "openrouter",
        "openrouter",
        "",
        "VENDOR/MODEL:VARIANT. :nitro, :floor, :online and :free change the price and are flagged;"
        " ~VENDOR is a router to the latest.",
        {
            "openrouter/deepseek/deepseek-v3.2:nitro": "seller=openrouter maker=deepseek"
            " model=deepseek-v3.2 variant=nitro",
            "x-ai/grok-4.7": "seller=gateway maker=xai model=grok-4.7",
            "~openai/gpt-sol-latest": "seller=gateway maker=openai model=gpt-sol revision=-latest",
        },
    ),
    _form(
        "Vercel AI Gateway",
        "gateway",
        "vercel",
        "vercel_ai_gateway vercel",
        "",
        "VENDOR/MODEL; -batch and -fast are services.",
        {
            "spacexai/grok-4.6": "seller=gateway maker=xai model=grok-4.6",
            "vercel_ai_gateway/openai/gpt-5-fast": "seller=vercel maker=openai model=gpt-5"
            " service=fast",
        },
    ),
    _form(
        "LiteLLM proxy",
        "proxy",
        "",
        "litellm_proxy litellm router models.inference",
        "",
        "What follows says who sells.",
        {"litellm_proxy/azure/eu/gpt-5": "seller=azure region=eu model=gpt-5"},
    ),
    _form(
        "Local servers",
        "local",
        "local",
        "ollama ollama_chat lmstudio lm_studio vllm hosted_vllm llamafile llamacpp xinference"
        " docker_model_runner local localai lemonade oobabooga hf.co",
        "",
        "What a team runs itself costs `local_price`, else the default price: never nothing, never"
        " another seller's price. A size or quantisation as a tag (:8b, :q4_0) is Ollama's, and so"
        " is :latest behind an open model.",
        {
            "ollama/llama3.1": "seller=local model=llama3.1",
            "qwen2.5-coder:7b": "seller=local model=qwen2.5-coder:7b",
            "command-r:latest": "seller=local model=command-r:latest",
            "hosted_vllm/Qwen/Qwen3-32B": "seller=local maker=qwen model=qwen3-32b",
        },
    ),
    _form("Mistral", "maker", "mistral", "mistral", "mistralai", "", {}),
    _form("xAI", "maker", "xai", "xai", "x-ai spacexai xai-org", "", {}),
    _form("DeepSeek", "maker", "deepseek", "deepseek", "deepseek-ai", "", {}),
    _form("Amazon", "maker", "amazon", "amazon amazon_nova", "amazon-nova", "", {}),
    _form("Cohere", "maker", "cohere", "cohere cohere_chat", "coherelabs", "", {}),
    _form("Moonshot", "maker", "moonshot", "moonshot", "moonshotai", "", {}),
    _form("Alibaba", "maker", "qwen", "dashscope", "qwen alibaba", "", {}),
    _form("Meta", "maker", "meta", "meta_llama", "meta meta-llama meta-models", "", {}),
    _form("Z.ai", "maker", "zai", "zai", "z-ai zai-org thudm", "", {}),
    _form("MiniMax", "maker", "minimax", "minimax", "minimaxai", "", {}),
    _form("Perplexity", "maker", "perplexity", "perplexity", "", "", {}),
    _form("Voyage", "maker", "voyage", "voyage", "voyageai", "", {}),
    _form("AI21", "maker", "ai21", "ai21 ai21_chat", "", "", {}),
    _form("NVIDIA", "maker", "nvidia", "nvidia_nim", "nvidia", "", {}),
    _form("Writer", "maker", "writer", "writer", "", "", {}),
    _form("Stability", "maker", "stability", "stability", "stabilityai", "", {}),
    _form("TwelveLabs", "maker", "twelvelabs", "twelvelabs", "", "", {}),
    _form(
        "Other gateways and hosts",
        "gateway",
        "gateway",
        "deepinfra nebius novita sambanova cerebras replicate hyperbolic lambda_ai nscale friendli"
        " featherless_ai siliconflow databricks snowflake watsonx oci sagemaker cloudflare"
        " workers-ai huggingface github github_copilot gradient_ai heroku wandb baseten anyscale"
        " aihubmix opencode cortecs requesty poe gmi chutes",
        "",
        "Their prices are not the maker's, so its row answers flagged.",
        {
            "deepinfra/meta-llama/Llama-3.3-70B-Instruct": "seller=deepinfra maker=meta"
            " model=llama-3.3-70b-instruct",
            "workers-ai/@cf/zai-org/glm-5.3": "seller=workers-ai maker=zai model=glm-5.3",
        },
    ),
)
